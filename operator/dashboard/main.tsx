import { render } from 'preact';
import { App } from './app.tsx';
import { follow } from './data/live.ts';
import { updateWorld } from './data/store.ts';
import { applyTheme, chosenTheme } from './theme.ts';

const place = document.getElementById('app');
applyTheme(chosenTheme());
follow(updateWorld);
if (place) {
  place.replaceChildren();
  render(<App />, place);
}
