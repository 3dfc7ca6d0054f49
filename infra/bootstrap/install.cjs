'use strict';
// Runs under whatever Node the machine has (18 or newer), before every script of this project: when the installed
// packages are not those of package-lock.json, it runs `npm ci`. That also brings the pinned Node itself, as an
// ordinary package whose `node` comes first on the PATH of npm's scripts. So this file uses old syntax and no packages.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const stamp = path.join(root, 'node_modules', '.hopline-installed');
// Not in node_modules, which `npm ci` removes.
const lock = path.join(root, '.hopline-install.lock');
const longestWaitMs = 15 * 60_000;
const pollMs = 200;
let toldWaiting = false;
const wanted = createHash('sha256')
  .update(fs.readFileSync(path.join(root, 'package-lock.json')))
  .update(`${process.platform} ${process.arch}`)
  .digest('hex');

if (!isInstalled()) alone(() => isInstalled() || install());

function isInstalled() {
  return readIfThere(stamp) === wanted;
}

// Two commands at once would tear each other's packages away: one installs, the others wait and find it done.
function alone(work) {
  const own = `${lock}.${process.pid}`;
  fs.writeFileSync(own, String(process.pid));
  try {
    for (const deadline = Date.now() + longestWaitMs; !claim(own); pause()) {
      if (Date.now() > deadline) {
        console.error(`hopline: waited too long for another command to install. If none runs, remove ${lock}`);
        process.exitCode = 1;
        return;
      }
    }
  } finally {
    fs.rmSync(own, { force: true });
  }
  try {
    work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

// A complete file is linked into place, because one that is created and then written could be read while empty.
function claim(own) {
  try {
    fs.linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = readIfThere(lock);
  if (holder !== null && !isRunning(Number(holder))) takeAway(holder);
  else if (!toldWaiting) {
    toldWaiting = true;
    console.error(`hopline: process ${holder} is installing packages; waiting for it …`);
  }
  return false;
}

// Whoever held it is dead. Somebody else may have seen so first and hold it by now: then it goes back.
function takeAway(holder) {
  const aside = `${lock}.of-${holder}.${process.pid}`;
  try {
    fs.renameSync(lock, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) === holder) fs.rmSync(aside, { force: true });
  else fs.renameSync(aside, lock);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function pause() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function install() {
  // Onto standard error: a command's own output may be read by a program.
  console.error('hopline: installing packages (npm ci), once for this lockfile …');
  const started = Date.now();
  // npm tells its scripts where its own program lies; calling it through this Node works on Windows as well.
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const flags = ['ci', '--no-fund', '--no-audit', '--loglevel=error'];
  const result = npm ? spawnSync(process.execPath, [npm, ...flags], options) : spawnSync('npm', flags, options);
  if (result.status !== 0) {
    console.error('hopline: npm ci failed; what it printed above says why. Nothing was started.');
    process.exitCode = result.status === null ? 1 : result.status;
    return;
  }
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, wanted);
  console.error(`hopline: installed in ${Math.round((Date.now() - started) / 1000)} s`);
}
