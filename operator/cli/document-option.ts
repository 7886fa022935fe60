import { Option } from 'commander';

/** `-o` of commands whose text is no table: only for programs. */
export function documentOption(): Option {
  return new Option('-o, --output <form>', 'the same for programs').choices(['json', 'yaml']);
}
