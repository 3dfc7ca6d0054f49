import { defaultEpcisLimits } from '../src/epcis/index.ts';

const program = 'npm run -s epcis --';

/** What `--help` prints. */
export const help = `${program} validate [--json] FILE…
${program} hash [--pre-hash] [--declaration] [--json] FILE…

Reads EPCIS 2.0 in JSON or JSON-LD: documents, query results, lists of events, single events. Checks what capture checks in a
document by itself; what depends on the network (who may say it, what is on hold) only the network knows. Nothing leaves this
machine. A FILE named - is standard input. (-s keeps npm's own lines away.)

validate   one line per event: file, JSON pointer, type, time, and ok or everything that is refused. A fault of one event does
           not hide the others; a fault of the document is one line. Two events with one eventID are told as a conflict, an
           event that comes twice as a repetition; both are remarks, and leave the exit code alone.
hash       one line per event: its CBV 2.0 hash (ni:///sha-256;…), file and JSON pointer; or what is refused, as above.

  --pre-hash      also the text that was hashed, on a line below
  --declaration   also the digest of the error declaration, if there is one: the hash leaves it out
  --json          one JSON object per line
  --help          this text

A document may have ${defaultEpcisLimits.maxDocumentBytes} bytes and ${defaultEpcisLimits.maxEventsPerDocument} events; what is larger is refused, and not read to its end.

Exit code 0: every event is right. 1: something was refused. 2: wrong use, or a file that cannot be read.

  ${program} validate data/fsma204/*.jsonld
  ${program} hash --pre-hash harvest.json
  curl -s https://partner.example/events | ${program} validate --json - | jq 'select(.ok | not)'
`;
