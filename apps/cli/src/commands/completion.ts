// `depesche completion`: a script that makes a shell complete commands, their words and their flags.

import { type Command, flagsOf, nearest, usage } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { EXIT } from "../exit-code.ts";
import { type Io, json } from "../io.ts";
import { TRIGGERS } from "../triggers.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** First words behind a command, where they are a closed list. */
const WORDS: Partial<Record<keyof typeof COMMANDS, readonly string[]>> = {
  send: ["fax", "sms", "mail", "letter"],
  inbox: ["fetch", "delete"],
  trigger: Object.keys(TRIGGERS),
  completion: SHELLS,
};

export const completion: Command = {
  name: "completion",
  usage: ["bash|zsh|fish"],
  summary: "completion.summary",
  flags: { json: { meaning: "flag.json" } },
  notes: ["completion.note"],
  examples: [
    "source <(depesche completion bash)",
    "depesche completion zsh > ~/.zfunc/_depesche",
    "depesche completion fish > ~/.config/fish/completions/depesche.fish",
  ],
  async run(asked, io) {
    const [given, more] = asked.positionals;
    const shell = SHELLS.find((known) => known === given);
    if (given === undefined || more !== undefined) throw usage("completion.fail.missing");
    if (shell === undefined) {
      const meant = nearest(given, SHELLS);
      throw usage(meant ? "completion.fail.meant" : "completion.fail.shell", { given, meant: meant ?? "" });
    }
    const table = await tableOf(io);
    if (asked.yes("json")) json(io, table);
    else io.out.write(SCRIPTS[shell](table));
    return EXIT.ok;
  },
};

interface Completion {
  command: string;
  summary: string;
  words: string[];
}

/** Each command with its words and flags, out of the same tables as the help. */
async function tableOf(io: Io): Promise<Completion[]> {
  const names = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[];
  return Promise.all(
    names.map(async (command) => {
      const flags = Object.keys(flagsOf(await COMMANDS[command].load(), io)).map((flag) => `--${flag}`);
      return { command, summary: io.say(COMMANDS[command].summary), words: [...(WORDS[command] ?? []), ...flags] };
    }),
  );
}

const SCRIPTS: Record<Shell, (table: Completion[]) => string> = { bash, zsh, fish };

function bash(table: Completion[]): string {
  return [
    "_depesche() {",
    `  local cur=\${COMP_WORDS[COMP_CWORD]} words`,
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${table.map((c) => c.command).join(" ")} help"`,
    `  else case \${COMP_WORDS[1]} in`,
    ...table.map((c) => `    ${c.command}) words="${c.words.join(" ")}" ;;`),
    "  esac; fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    "}",
    // Where no word fits, files do.
    "complete -o default -F _depesche depesche",
    "",
  ].join("\n");
}

function zsh(table: Completion[]): string {
  return [
    "#compdef depesche",
    "_depesche() {",
    "  if (( CURRENT == 2 )); then",
    "    local -a commands=(",
    ...table.map((c) => `      ${quoted(`${c.command}:${c.summary.replaceAll(":", "\\:")}`)}`),
    "    )",
    "    _describe command commands",
    "  else",
    "    case $words[2] in",
    ...table.map((c) => `      ${c.command}) compadd -- ${c.words.join(" ")} ;;`),
    "    esac",
    "    _files",
    "  fi",
    "}",
    // Works both from fpath and from source.
    'if [ "$funcstack[1]" = "_depesche" ]; then _depesche "$@"; else compdef _depesche depesche; fi',
    "",
  ].join("\n");
}

function fish(table: Completion[]): string {
  return table
    .flatMap((c) => [
      `complete -c depesche -n __fish_use_subcommand -f -a ${c.command} -d ${quoted(c.summary)}`,
      `complete -c depesche -n '__fish_seen_subcommand_from ${c.command}' -a '${c.words.join(" ")}'`,
    ])
    .concat("")
    .join("\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
