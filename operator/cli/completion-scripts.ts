export type Shell = keyof typeof scripts;

/**
 * Each asks the program for what may stand at the cursor. A candidate that ends with `.`, `/` or `=` is not complete: no space
 * follows it. Where there is none, the shell completes names of files.
 */
export const scripts = {
  bash: `# Completion of mcpnet for bash. For this shell: source <(mcpnet completion bash)
# For every shell: mcpnet completion bash > ~/.local/share/bash-completion/completions/mcpnet
_mcpnet() {
  mapfile -t COMPREPLY < <(mcpnet __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[./=] ]] && compopt -o nospace
  return 0
}
complete -o default -F _mcpnet mcpnet`,
  zsh: `#compdef mcpnet
# Completion of mcpnet for zsh. For this shell: source <(mcpnet completion zsh)
# For every shell: mcpnet completion zsh > "\${fpath[1]}/_mcpnet"
_mcpnet() {
  local -a candidates whole open
  candidates=("\${(@f)$(mcpnet __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=(\${candidates:#})
  if (( ! \${#candidates} )); then
    _files
    return
  fi
  open=(\${(M)candidates:#*[./=]})
  whole=(\${candidates:#*[./=]})
  (( \${#whole} )) && compadd -a whole
  (( \${#open} )) && compadd -S '' -a open
  return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _mcpnet "$@"
else
  compdef _mcpnet mcpnet
fi`,
  fish: `# Completion of mcpnet for fish. For this shell: mcpnet completion fish | source
# For every shell: mcpnet completion fish > ~/.config/fish/completions/mcpnet.fish
function __mcpnet_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l candidates (mcpnet __complete -- $words[2..-1] 2>/dev/null)
    if test (count $candidates) -eq 0
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $candidates
    end
end
complete -c mcpnet -f -a '(__mcpnet_complete)'`,
} as const;
