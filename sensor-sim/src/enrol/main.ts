import { commandHelp, parseFlags } from '../cli/command.ts';
import { runMain } from '../cli/run-main.ts';
import { enrolCommand } from './enrol-command.ts';

await runMain('enrol', async (signal) => {
  const values = parseFlags(enrolCommand, process.argv.slice(2));
  if (values.has('help')) process.stdout.write(commandHelp('npm run enrol --', enrolCommand));
  else await enrolCommand.run(values, signal);
});
