/**
 * Loaded into the operator before everything else (node --import): its clock can be set, as a machine's can. The time
 * jumps; what waits goes on waiting for as long as it was to. MCPNET_CHAOS_CLOCK names a file with the milliseconds to
 * be off by, which SIGUSR2 has read.
 */
import { readFileSync } from 'node:fs';

const file = process.env['MCPNET_CHAOS_CLOCK'] ?? '';
const trueNow = Date.now;
let offsetMs = readOffset();
process.on('SIGUSR2', () => {
  offsetMs = readOffset();
});
Date.now = () => trueNow() + offsetMs;

function readOffset(): number {
  return Number(readFileSync(file, 'utf8'));
}
