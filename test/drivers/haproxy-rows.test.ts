import { expect } from 'chai';
import { parseStat, parseStates } from '../../operator/drivers/haproxy/server-rows.ts';

/** As HAProxy 3.0 prints it; the later columns left out. */
const states = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord
4 files 1 up 10.0.0.1 2 0 100 100 27 8 2 0 6 0 0 0 - 3000 -
4 files 2 down 10.0.0.2 0 0 100 100 27 8 2 0 6 0 0 0 - 3000 -
5 github 1 maintained 10.0.0.3 0 1 100 100 27 8 2 0 6 0 0 0 - 3000 -
5 github 2 draining 10.0.0.4 2 8 50 100 27 8 2 0 6 0 0 0 - 3001 -

`;

describe('what HAProxy tells of its servers', () => {
  it('is read from their states: where they are, and whether they are up', () => {
    const told = parseStates(states).map(({ backend, name, status, weight, address, serverNumber }) =>
      [backend, name, status, weight, address, serverNumber].join(' '),
    );
    expect(told).to.deep.equal([
      'files up UP 100 10.0.0.1:3000 1',
      'files down DOWN 100 10.0.0.2:3000 2',
      'github maintained MAINT 100 10.0.0.3:3000 1',
      'github draining DRAIN 50 10.0.0.4:3001 2',
    ]);
  });

  it('is read from several lists of statistics in a row', () => {
    const list = (name: string): string =>
      `# pxname,svname,scur,status,weight,last_chk,addr\nfiles,${name},3,DOWN,100,Connection refused,10.0.0.1:3000\n\n`;
    expect(parseStat(list('one') + list('two')).map(({ name, lastCheck }) => [name, lastCheck])).to.deep.equal([
      ['one', 'Connection refused'],
      ['two', 'Connection refused'],
    ]);
  });
});
