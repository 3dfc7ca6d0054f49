/** What several rooms need of the machine that they run on. For programs under Node; nothing in `src/` imports it. */
export { freePort } from './free-port.ts';
export { FolderInUse, type FolderLock, folderLockFile, lockFolder } from './lock-folder.ts';
export { processIdentity } from './process-identity.ts';
