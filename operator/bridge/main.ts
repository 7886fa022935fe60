import { startBridge } from './bridge.ts';
import { killAllChildren } from './child.ts';
import { parseOptions, usage, type BridgeOptions } from './options.ts';

process.once('exit', killAllChildren);
let close = () => Promise.resolve();
const stop = () => void close().finally(() => process.exit(0));
process.on('SIGTERM', stop).on('SIGINT', stop);
await main(process.argv.slice(2));

async function main(line: readonly string[]): Promise<void> {
  let options: BridgeOptions;
  try {
    options = parseOptions(line);
  } catch (error) {
    return die(`${(error as Error).message}\n${usage}`, 2);
  }
  try {
    const bridge = await startBridge(options);
    close = bridge.close;
    process.stderr.write(
      `bridge: listening on ${options.host}:${bridge.port}${options.path}, isolation ${options.isolation}\n`,
    );
    await bridge.failed;
  } catch (error) {
    die((error as Error).message, 1);
  }
}

/** Ends the container, so that whoever watches it sees that the server is gone, and why. */
function die(reason: string, code: number): void {
  process.stderr.write(`bridge: ${reason}\n`);
  process.exit(code);
}
