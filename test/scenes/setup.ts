import './in-process.ts'
