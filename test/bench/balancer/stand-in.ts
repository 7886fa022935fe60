/**
 * Stands in for a HAProxy that runs a given file: answers at the admin socket as HAProxy 3.0 does, says yes to every
 * change, and counts. In a process of its own, so that its work is nobody else's. Usage: stand-in.ts DIRECTORY
 */
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { parseModel } from '../../../operator/drivers/haproxy/marks.ts';
import { structureHash } from '../../../operator/drivers/haproxy/structure.ts';

const [directory = ''] = process.argv.slice(2);
const model = parseModel(readFileSync(join(directory, 'haproxy.cfg'), 'utf8'));
if (!model) throw new Error(`${directory} holds no configuration of ours`);
const structure = structureHash(model);
const numbers = new Map([...model.backends.keys()].map((id, index) => [id, index + 4]));
const states = [
  '1',
  '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port',
  ...[...model.servers.values()].map(
    ({ spec }, index) =>
      `${numbers.get(spec.backend)} ${spec.backend} ${index + 1} ${spec.instance} ${spec.address} 2 0 ${spec.weight} ${spec.weight} 27 15 3 4 6 0 0 0 - ${spec.port} - 0 0 - - 0`,
  ),
  '',
  '',
].join('\n');
let changes = 0;

createServer((socket) => {
  let line = '';
  socket.on('data', (chunk) => {
    line += chunk.toString('utf8');
    if (line.endsWith('\n')) answer(socket, line.trim());
  });
  socket.on('error', () => undefined);
}).listen(join(directory, 'admin.sock'), () => process.send?.('ready'));

process.on('message', () => process.send?.(changes));

function answer(socket: Socket, command: string): void {
  if (command.startsWith('show env')) socket.end(`MCPNET_STRUCTURE=${structure}\n\n`);
  else if (command === 'show servers state') socket.end(states);
  else {
    changes++;
    socket.end(command.startsWith('add server') ? 'New server registered.\n\n' : '\n\n');
  }
}
