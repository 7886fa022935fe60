import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { chooseTheme, chosenTheme, themes, type Theme } from '../theme.ts';
import { Icon } from './icon.tsx';

const words: Readonly<Record<Theme, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

/** One of three, as radio buttons: arrows move between them. */
export function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <fieldset class="theme-switch">
      <legend class="hidden">Theme</legend>
      {themes.map((each) => (
        <label key={each} title={words[each]}>
          <input
            type="radio"
            name="theme"
            value={each}
            checked={each === theme}
            onChange={() => {
              setTheme(each);
              chooseTheme(each);
            }}
          />
          <Icon name={each} />
          <span class="hidden">{words[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}
