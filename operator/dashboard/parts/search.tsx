import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ServiceView } from '../../api/shapes.ts';
import { linkTo, linkToKey, views } from '../router.ts';
import { shortName } from '../text/format.ts';
import { serviceWord } from './badge.tsx';
import { Icon } from './icon.tsx';

const mostFound = 12;

interface Found {
  readonly name: string;
  readonly what: string;
  readonly href: string;
}

/** Goes to a service or a view by some letters of its name: `/` opens it, arrows choose, Enter goes. */
export function Search({ services }: { services: readonly ServiceView[] }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const open = (): void => {
    setText('');
    setAt(0);
    dialog.current?.showModal();
  };
  useSlash(open);
  const found = search(text, services);
  const chosen = found[Math.min(at, found.length - 1)];
  const go = (href: string): void => {
    dialog.current?.close();
    location.hash = href;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((before) => Math.max(0, Math.min(found.length - 1, before + step)));
    } else if (event.key === 'Enter' && chosen) {
      event.preventDefault();
      go(chosen.href);
    }
  };
  return (
    <>
      <button type="button" class="quiet search-open" onClick={open} aria-label="Search" title="Search (press /)">
        <Icon name="search" />
        <span class="search-word">Search</span>
        <kbd>/</kbd>
      </button>
      <dialog ref={dialog} class="search" aria-label="Search" onClick={(event) => closeOutside(event, dialog.current)}>
        <input
          type="text"
          role="combobox"
          aria-label="Name of a service or a view"
          aria-expanded="true"
          aria-controls="search-found"
          aria-activedescendant={chosen ? `found-${found.indexOf(chosen)}` : undefined}
          placeholder="Name of a service or a view"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <ul id="search-found" role="listbox" aria-label="Found">
          {found.map((each, index) => (
            <li
              key={each.href}
              id={`found-${index}`}
              role="option"
              aria-selected={each === chosen}
              onClick={() => {
                go(each.href);
              }}
            >
              <span>{each.name}</span>
              <span class="muted">{each.what}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p class="muted search-none">Nothing has these letters in its name.</p>}
      </dialog>
    </>
  );
}

/** Names that begin with the text first, then those that contain it. */
function search(text: string, services: readonly ServiceView[]): readonly Found[] {
  const wanted = text.trim().toLowerCase();
  const all: Found[] = [
    ...services.map((each) => ({ name: shortName(each.key), what: serviceWord(each), href: linkToKey(each.key) })),
    ...views.map((view) => ({ name: view, what: 'View', href: linkTo(view) })),
  ];
  const begins = ({ name }: Found): number => Number(!name.toLowerCase().startsWith(wanted));
  return all
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .sort((one, other) => begins(one) - begins(other))
    .slice(0, mostFound);
}

function useSlash(open: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      open();
    };
    addEventListener('keydown', pressed);
    return () => {
      removeEventListener('keydown', pressed);
    };
  });
}

function closeOutside(event: MouseEvent, dialog: HTMLDialogElement | null): void {
  if (event.target === dialog) dialog?.close();
}
