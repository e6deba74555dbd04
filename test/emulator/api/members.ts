import { invalid, json, Rejection } from '../http/reply.ts'
import { jsonObject, type Route, textField } from '../http/routing.ts'
import type { World } from '../world.ts'
import { datasetOf } from './access.ts'

/** Sharing, and the health check. */
export function memberRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/manage/:dataset_id/share',
      answer: (call) => json(datasetOf(world, call).members),
    },
    {
      method: 'PUT',
      pattern: '/manage/:dataset_id/invite',
      answer(call) {
        const dataset = datasetOf(world, call)
        if (dataset.role !== 'owner') throw new Rejection(403, 'You do not have permission to perform this operation')
        const body = jsonObject(call)
        const email = textField(body, 'grant_to_user_email')
        if (email === undefined) throw invalid(['body', 'grant_to_user_email'], 'Field required', body, 'missing')
        dataset.members.push({ email, role: 'viewer' })
        return json(null)
      },
    },
    {
      method: 'GET',
      pattern: '/healthcheck',
      answer: () => json({ status: 'Green', 'service-health-message': 'none', version: '2.42.190' }),
    },
  ]
}
