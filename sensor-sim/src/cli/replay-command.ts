import { readFile } from 'node:fs/promises';
import { channelName, parseDeviceUrn } from '@hopline/protocol';
import { createDevice } from '../device/device.ts';
import { openJournal } from '../device/journal.ts';
import { readKeyFile } from '../device/key-file.ts';
import { createMemoryStore, openFileStore } from '../device/store.ts';
import { SimError } from '../error.ts';
import { legacyPack, recordedPack } from '../fleet/measure.ts';
import { createRandom } from '../random/random.ts';
import { readCsv } from '../replay/csv.ts';
import { playRecording } from '../replay/recording.ts';
import type { Command } from './command.ts';

const drainTimeoutMs = 120_000;

/** Never from the command line, which every user of a machine can read. */
async function passwordFrom(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? process.env.HOPLINE_DEVICE_PASSWORD : (await readFile(file, 'utf8')).trim();
}

export const replayCommand: Command = {
  name: 'replay',
  summary: 'deliver a recording (CSV) as one device',
  description: `
Delivers a CSV file with the columns timestamp and value as one device's readings, with the file's gaps and faults. The
times end now, unless --keep-times leaves them as they are.

  npm run sim -- replay --csv data/sensors/ambient_temperature_system_failure.csv --unit fahrenheit \\
    --url ws://127.0.0.1:8090/sites/9521002000115/0/mqtt --device urn:dev:ops:32473-probe-7 \
    --password-file probe.password --key-file probe.json`,
  flags: [
    { name: 'csv', value: 'FILE', help: 'the recording' },
    { name: 'unit', value: 'UNIT', help: 'of the file: fahrenheit or celsius (celsius)' },
    { name: 'url', value: 'URL', help: 'where the device delivers' },
    {
      name: 'node',
      value: '{gln}/{n}',
      help: 'edge node named in the journal (taken from the URL where it names one)',
    },
    { name: 'device', value: 'URN', help: 'who it is' },
    { name: 'password-file', value: 'FILE', help: 'holds its MQTT password; or set HOPLINE_DEVICE_PASSWORD' },
    { name: 'key-file', value: 'FILE', help: 'its private key; without it SenML-JSON, unsigned' },
    { name: 'keep-times', help: 'deliver the times as they are in the file' },
    { name: 'last', value: 'N', help: 'only the last N rows' },
    { name: 'mqtt', value: '4|5', help: 'protocol version; 4 is MQTT 3.1.1 (5)' },
    { name: 'memory', value: 'FOLDER', help: 'keep the counter there, over restarts' },
    { name: 'journal', value: 'FILE', help: 'append a line for each acknowledged reading' },
  ],
  async run(values, signal) {
    const urn = parseDeviceUrn(values.required('device'));
    const url = values.required('url');
    const keyFile = values.text('key-file');
    const all = await readCsv(values.required('csv'), values.oneOf('unit', ['celsius', 'fahrenheit'], 'celsius'));
    const rows = values.has('last') ? all.slice(-values.count('last', 1)) : all;
    const memory = values.text('memory');
    const journalPath = values.text('journal');
    const store = memory === undefined ? createMemoryStore() : await openFileStore(memory);
    const journal = journalPath === undefined ? null : openJournal(journalPath);
    const device = await createDevice({
      device: urn,
      channel: channelName,
      key: keyFile === undefined ? null : await readKeyFile(keyFile),
      password: await passwordFrom(values.text('password-file')),
      protocolVersion: values.oneOf('mqtt', ['4', '5'], '5') === '4' ? 4 : 5,
      urlOf: () => url,
      store,
      journal,
      nowMs: Date.now,
      random: createRandom(Date.now(), urn),
    });
    try {
      await device.connect(values.text('node') ?? nodeOf(url));
      const recording = playRecording(rows, { endAtMs: values.has('keep-times') ? null : Date.now(), repeat: false });
      for (let row = recording.next(Infinity); row; row = recording.next(Infinity)) {
        signal.throwIfAborted();
        const temperature = { stream: 'temperature' as const, value: row.valueC };
        await device.record(
          keyFile === undefined ? legacyPack(row.atMs, [temperature]) : recordedPack(urn, row.atMs, row.valueC),
        );
      }
      if (!(await device.drain(drainTimeoutMs))) {
        throw new SimError('timed-out', `${device.pending} readings are not acknowledged (${device.lastFailure})`);
      }
    } finally {
      await device.stop();
      journal?.close();
      await store.close();
      console.log(JSON.stringify(device.tally));
    }
  },
};

function nodeOf(url: string): string {
  const match = /\/sites\/(\d{13})(?:\/(\d+))?\/mqtt/.exec(url);
  return match ? `${match[1]}/${match[2] ?? 0}` : 'unknown/0';
}
