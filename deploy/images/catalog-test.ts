import type { Recipe } from './recipe.ts';

const POSTGRES_UID = 999;

/** Images that only tests and benches run. */
export function testImages(): readonly Recipe[] {
  return [tiny(), postgres(), scratch()];
}

/** The smallest MCP server that scales, fails and dawdles on demand: see tiny-server.ts for its environment. */
function tiny(): Recipe {
  return {
    name: 'mcpnet-test/tiny:1',
    set: 'test',
    title: 'tiny MCP server',
    version: '1',
    licenses: 'Apache-2.0',
    from: 'mcpnet/node:24',
    contents: { kind: 'script', source: 'tiny-server.ts', path: '/app/server.mjs' },
    config: { entrypoint: ['node', '/app/server.mjs'], ports: [3000] },
  };
}

/** PostgreSQL that creates its cluster at the first start and runs /docker-entrypoint-initdb.d/*.sql in it. */
function postgres(): Recipe {
  const data = '/var/lib/postgresql/data';
  const programs = '/usr/lib/postgresql/15';
  return {
    name: 'mcpnet-test/postgres:15',
    set: 'test',
    title: 'PostgreSQL',
    version: '15',
    licenses: 'PostgreSQL',
    contents: {
      kind: 'debian',
      source: { suite: 'bookworm', packages: ['postgresql-15', 'busybox', 'tzdata', 'libc-bin'] },
      keep: [
        programs,
        '/usr/bin/locale',
        '/usr/share/postgresql/15',
        '/usr/share/zoneinfo',
        '/usr/lib/locale/C.utf8',
        '/usr/bin/busybox',
      ],
      drop: [
        `${programs}/lib/bitcode`,
        `${programs}/lib/llvmjit`,
        `${programs}/lib/pgxs`,
        '/usr/share/postgresql/15/man',
        '/usr/share/zoneinfo/right',
      ],
    },
    additions: [
      {
        kind: 'text',
        path: '/etc/passwd',
        text: `root:x:0:0:root:/:/bin/sh\npostgres:x:${POSTGRES_UID}:${POSTGRES_UID}::/var/lib/postgresql:/bin/sh\n`,
      },
      { kind: 'directory', path: data, mode: 0o700, uid: POSTGRES_UID },
      { kind: 'text', path: '/usr/bin/start-postgres', text: START_POSTGRES, mode: 0o755 },
      { kind: 'text', path: '/docker-entrypoint-initdb.d/seed.sql', text: SEED },
    ],
    config: {
      user: `${POSTGRES_UID}:${POSTGRES_UID}`,
      // The socket lives in the data folder, so that nothing else need be writable; PGHOST lets psql find it.
      environment: { PATH: `${programs}/bin:/usr/bin:/usr/sbin`, PGDATA: data, PGHOST: data, PGUSER: 'postgres' },
      entrypoint: ['start-postgres'],
      ports: [5432],
      stopSignal: 'SIGINT',
    },
  };
}

/** Nothing but one empty folder: proves that the bridge brings all it needs. */
function scratch(): Recipe {
  return {
    name: 'mcpnet-test/scratch:1',
    set: 'test',
    title: 'empty image',
    version: '1',
    licenses: 'Apache-2.0',
    contents: { kind: 'empty' },
    additions: [{ kind: 'directory', path: '/tmp', mode: 0o1777 }],
    config: { user: '65534:65534' },
  };
}

const START_POSTGRES = `#!/bin/sh
# POSTGRES_PASSWORD: password of the user postgres over TCP; without it everybody is trusted. POSTGRES_DB: a database to create.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  auth=trust
  [ -n "\${POSTGRES_PASSWORD:-}" ] && auth=scram-sha-256
  initdb --username=postgres --locale=C.UTF-8 --auth-local=trust --auth-host=$auth --no-sync --no-instructions >/dev/null
  echo "host all all all $auth" >>"$PGDATA/pg_hba.conf"
  pg_ctl start --wait --silent -o "-c listen_addresses= -k $PGDATA" --log="$PGDATA/initdb.log"
  if [ -n "\${POSTGRES_PASSWORD:-}" ]; then
    echo "ALTER USER postgres PASSWORD :'password'" | psql -q -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD"
  fi
  database=\${POSTGRES_DB:-postgres}
  [ "$database" = postgres ] || createdb "$database"
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [ -e "$file" ] && psql -q -v ON_ERROR_STOP=1 -d "$database" -f "$file"
  done
  pg_ctl stop --wait --silent --mode=fast
fi
exec postgres -k "$PGDATA" -c listen_addresses='*' "$@"
`;

const SEED = `CREATE TABLE widgets (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO widgets VALUES (1, 'sprocket'), (2, 'flange'), (3, 'gasket');
`;
