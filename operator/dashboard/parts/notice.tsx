import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icon.tsx';

/** Says that there is nothing, and what would change that. */
export function Notice({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="notice">
      <p class="notice-title">{title}</p>
      {children !== undefined && <div class="notice-text">{children}</div>}
    </div>
  );
}

export function Failure({ message, again }: { message: string; again?: () => void }): JSX.Element {
  return (
    <div class="notice notice-bad" role="alert">
      <p class="notice-title mood-bad">
        <Icon name="bad" /> This could not be read
      </p>
      <p class="notice-text">{message}</p>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Loading({ what }: { what: string }): JSX.Element {
  return (
    <div class="notice" role="status">
      <p class="notice-title mood-busy">
        <Icon name="busy" /> Reading {what}
      </p>
    </div>
  );
}
