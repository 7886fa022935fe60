import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { InstanceView } from '../../api/shapes.ts';
import { useLog, type LogLine } from '../data/use-log.ts';
import { Notice } from '../parts/notice.tsx';
import { clock } from '../text/format.ts';

/** How far from its end the log may be scrolled and still count as being at the end, in pixels. */
const nearEnd = 24;

/** What an instance prints, as it prints it. Scrolling up stops the log from moving; its end makes it follow again. */
export function LogPanel({
  instances,
  first,
}: {
  instances: readonly InstanceView[];
  first: string | undefined;
}): JSX.Element {
  const [chosen, choose] = useState(first);
  const [text, setText] = useState('');
  const instance = instances.find(({ id }) => id === chosen) ?? instances[0];
  const log = useLog(instance?.id);
  if (!instance) return <Notice title="There is no instance that could print anything" />;
  const wanted = text.toLowerCase();
  const lines = log.lines.filter((line) => line.text.toLowerCase().includes(wanted));
  return (
    <div class="log-panel">
      <div class="filters">
        <label>
          <span class="hidden">Instance</span>
          <select
            value={instance.id}
            onChange={(event) => {
              choose(event.currentTarget.value);
            }}
          >
            {instances.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="hidden">Only lines with</span>
          <input
            type="search"
            placeholder="Only lines with"
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value);
            }}
          />
        </label>
        <span class="muted" role="status">
          {log.state}
        </span>
      </div>
      <Lines lines={lines} />
    </div>
  );
}

function Lines({ lines }: { lines: readonly LogLine[] }): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const last = lines.at(-1);
  useEffect(() => {
    if (frame.current && follows.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [last]);
  return (
    <div
      class="log"
      ref={frame}
      tabIndex={0}
      role="log"
      aria-label="Log of the instance"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < nearEnd;
      }}
    >
      {lines.length === 0 && <p class="muted">Nothing printed yet.</p>}
      {lines.map((line) => (
        <p key={line.number} class={line.stream === 'stderr' ? 'log-error' : ''}>
          {line.at !== undefined && <time dateTime={line.at}>{clock(line.at)}</time>}
          {line.stream === 'stderr' && <span class="log-stream">err</span>}
          {line.text}
        </p>
      ))}
    </div>
  );
}
