import { CommanderError } from 'commander';
import { exitCode } from './cli/exit-code.ts';
import { createProgram } from './cli/program.ts';

// `mcpnet get | head -1`: who reads no further has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : exitCode.failed);
});

try {
  const args = process.argv.slice(2);
  const program = await createProgram(args);
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCode.usage;
  else {
    console.error(`mcpnet: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode ??= exitCode.failed;
  }
}
// The engine's client keeps idle connections open; a command that has said everything is done.
process.exit();
