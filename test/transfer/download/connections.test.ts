import { describe, expect, it } from 'vitest'
import { ConnectionCount } from '../../../src/transfer/download/connections.ts'

/** A network on which the rate (bytes per ms) depends on the number of connections; what it does in `ms` of its time. */
class Network {
  now = 0
  received = 0
  busy = 0
  most = 0
  readonly count = new ConnectionCount(
    () => this.now,
    () => this.busy,
  )

  constructor() {
    this.count.probe()
    this.count.spread()
  }

  run(ms: number, rate: (connections: number) => number): number {
    for (const until = this.now + ms; this.now < until; this.now += 10) {
      this.received += rate(this.count.limit) * 10
      this.count.measure(this.received, this.count.limit)
      this.most = Math.max(this.most, this.count.limit)
    }
    return this.count.limit
  }
}

const eachLimited = (connections: number) => connections * 20_000
const wholeLimited = () => 100_000

describe('the number of connections', () => {
  it('is one until the host has sent a part', () => {
    const count = new ConnectionCount(() => 0)
    expect(count.limit).toBe(1)
    count.probe()
    expect(count.limit).toBe(2)
    count.notSpread(false)
    expect(count.mode).toBe('probing')
    count.spread()
    expect(count.mode).toBe('spread')
  })

  it('stays one when the host sends no parts', () => {
    const count = new ConnectionCount(() => 0)
    count.probe()
    count.notSpread(true)
    expect(count.limit).toBe(1)
    count.spread()
    expect(count.limit).toBe(1)
  })

  it('grows fast to 16 where each connection is limited', () => {
    const network = new Network()
    expect(network.run(500, eachLimited)).toBe(16)
    expect(network.run(60_000, eachLimited)).toBe(16)
  })

  it('goes back where more connections share the same rate, and tries again now and then', () => {
    const network = new Network()
    expect(network.run(3_000, wholeLimited)).toBe(2)
    expect(network.most).toBe(4)
    network.run(7_500, wholeLimited)
    expect(network.run(3_000, eachLimited)).toBe(16)
  })

  it('stops growing at the number that fills the line', () => {
    const network = new Network()
    network.run(3_000, (connections) => Math.min(160_000, connections * 20_000))
    expect(network.count.limit).toBe(8)
  })

  it('gives connections that begin slowly the time to show that they help', () => {
    const network = new Network()
    network.run(200, eachLimited)
    const since = network.now
    const slowly = (connections: number) => 40_000 + (connections - 2) * Math.min(20_000, (network.now - since) * 40)
    network.run(700, slowly)
    expect(network.count.limit).toBeGreaterThanOrEqual(8)
  })

  it('does not grow while this thread is what limits the rate', () => {
    const network = new Network()
    network.busy = 0.97
    expect(network.run(60_000, eachLimited)).toBe(2)
    network.busy = 0.5
    expect(network.run(20_000, eachLimited)).toBe(16)
  })

  it('does not judge by fewer connections than it allows', () => {
    const network = new Network()
    for (network.now = 0; network.now < 5_000; network.now += 10) network.count.measure((network.received += 1000), 1)
    expect(network.count.limit).toBe(2)
  })

  it('comes down to those that go on when one is refused, and rests as long as the host asks', () => {
    const network = new Network()
    network.run(500, eachLimited)
    network.count.refused(5, 30_000)
    expect(network.count.limit).toBe(5)
    expect(network.count.pauseMs).toBe(30_000)
    expect(network.run(29_000, eachLimited)).toBe(5)
    expect(network.run(5_000, eachLimited)).toBe(16)
    network.count.refused(0, 0)
    expect(network.count.limit).toBe(1)
  })
})
