import type { JSX } from 'preact';
import type { PlanView as Plan, ServiceView } from '../../api/shapes.ts';
import { useAnswer } from '../data/use-answer.ts';
import type { World } from '../data/world.ts';
import { DataTable, type Column } from '../parts/data-table.tsx';
import { Failure, Loading, Notice } from '../parts/notice.tsx';
import { linkToKey } from '../router.ts';
import { clock, counted, shortName } from '../text/format.ts';

type Step = Plan['steps'][number];

const signs: Readonly<Record<Step['verb'], string>> = {
  create: '+',
  prepare: '+',
  update: '~',
  start: '▸',
  drain: '↓',
  remove: '−',
  wait: '…',
};

const columns: readonly Column<Step>[] = [
  {
    id: 'key',
    title: 'Resource',
    cell: ({ key }) => <a href={linkToKey(key)}>{shortName(key)}</a>,
    sortBy: ({ key }) => key,
  },
  {
    id: 'verb',
    title: 'Step',
    cell: ({ verb }) => (
      <span class={`verb verb-${verb}`}>
        <span aria-hidden="true">{signs[verb]}</span> {verb}
      </span>
    ),
    sortBy: ({ verb }) => verb,
  },
  { id: 'item', title: 'Item', cell: ({ item }) => <code>{item}</code>, sortBy: ({ item }) => item },
  { id: 'cause', title: 'Why', kind: 'wide', cell: ({ cause }) => cause },
];

/** What the operator would do next, and why. */
export function PlanView({ world }: { world: World }): JSX.Element {
  const { answer, failure, atMs, again } = useAnswer<Plan>('/api/v1/plan', world.services, 5_000);
  return (
    <>
      <div class="view-head">
        <h1>Plan of the next pass</h1>
        <div class="filters">
          {atMs !== undefined && <span class="muted">as of {clock(atMs)}</span>}
          <button type="button" onClick={again}>
            Look again
          </button>
        </div>
      </div>
      {failure !== undefined && !answer && <Failure message={failure} again={again} />}
      {!answer && failure === undefined && <Loading what="the plan" />}
      {answer && <Steps plan={answer} unready={[...world.services.values()].filter(({ ready }) => ready !== 'True')} />}
    </>
  );
}

function Steps({ plan: { steps, text }, unready }: { plan: Plan; unready: readonly ServiceView[] }): JSX.Element {
  const [first] = unready;
  if (steps.length === 0 && first)
    return (
      <Notice title="There is no step that would help">
        What is not ready waits for something that no step brings about.{' '}
        <a href={linkToKey(first.key)}>{shortName(first.key)}</a>: {first.message}
      </Notice>
    );
  if (steps.length === 0)
    return (
      <Notice title="There is nothing to do">
        What exists is what the manifests declare. A change of a manifest or of the world shows its steps here.
      </Notice>
    );
  const waiting = steps.filter(({ verb }) => verb === 'wait').length;
  return (
    <>
      <p role="status" class="view-note">
        {counted(steps.length - waiting, 'step')} to take, {waiting} waiting.
      </p>
      <DataTable
        caption="Steps of the next passes"
        columns={columns}
        rows={steps}
        keyOf={({ key, verb, item }) => [key, verb, item].join(' ')}
      />
      <details class="as-text">
        <summary>As mcpnet plan prints it</summary>
        <pre tabIndex={0}>{text}</pre>
      </details>
    </>
  );
}
