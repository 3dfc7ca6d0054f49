import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * Reads the options of this process. What they do not allow is told in one line, and ends the program.
 *
 * @param exitCode that of wrong use
 */
export function readArguments<T extends ParseArgsConfig>(
  program: string,
  exitCode: number,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${program}: ${(error as Error).message.split('. To specify')[0]}; --help explains it`);
    process.exit(exitCode);
  }
}
