export * from '../clock.ts'
