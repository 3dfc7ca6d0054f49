import { type Command, commandHelp, parseFlags } from './cli/command.ts';
import { fleetCommand } from './cli/fleet-command.ts';
import { keygenCommand } from './cli/keygen-command.ts';
import { loadCommand } from './cli/load-command.ts';
import { relayCommand } from './cli/relay-command.ts';
import { replayCommand } from './cli/replay-command.ts';
import { runMain } from './cli/run-main.ts';
import { SimError } from './error.ts';

const program = 'npm run sim --';
const commands: readonly Command[] = [fleetCommand, loadCommand, replayCommand, relayCommand, keygenCommand];

await runMain('sim', async (signal) => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(overview());
    return;
  }
  const command = commands.find((each) => each.name === name);
  if (!command) {
    const known = commands.map((each) => each.name).join(', ');
    throw new SimError('bad-argument', `there is no command "${name}"; there are ${known}`);
  }
  const values = parseFlags(command, args);
  if (values.has('help')) process.stdout.write(commandHelp(`${program} ${command.name}`, command));
  else await command.run(values, signal);
});

function overview(): string {
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`);
  return `${program} <command> [options]

Simulates a fleet of sensors that publish over MQTT. Every reading is kept by its device until it is acknowledged.

Commands:
${rows.join('\n')}

"${program} <command> --help" explains a command. A real device is connected with "npm run enrol -- --help".
`;
}
