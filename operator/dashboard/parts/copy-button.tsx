import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

const saidForMs = 2_000;

/** Copies `text`, and says whether the browser let it. */
export function CopyButton({ text, what }: { text: string; what: string }): JSX.Element {
  const [said, say] = useState('');
  useEffect(() => {
    if (said === '') return undefined;
    const timer = setTimeout(() => {
      say('');
    }, saidForMs);
    return () => {
      clearTimeout(timer);
    };
  }, [said]);
  const copy = (): void => {
    copyText(text).then(
      () => {
        say('Copied');
      },
      () => {
        say('Not allowed by the browser');
      },
    );
  };
  return (
    <span class="copy">
      <button type="button" class="quiet" onClick={copy} aria-label={`Copy ${what}`} title={`Copy ${what}`}>
        <Icon name={said === 'Copied' ? 'ok' : 'copy'} />
      </button>
      <span class="copy-said" role="status">
        {said}
      </span>
    </span>
  );
}

/** Browsers give `navigator.clipboard` only to pages of loopback or HTTPS. */
async function copyText(text: string): Promise<void> {
  if ('clipboard' in navigator) return navigator.clipboard.writeText(text);
  throw new Error('there is no clipboard here');
}
