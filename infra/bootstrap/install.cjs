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
const wanted = createHash('sha256')
  .update(fs.readFileSync(path.join(root, 'package-lock.json')))
  .update(`${process.platform} ${process.arch}`)
  .digest('hex');

if (!isInstalled()) install();

function isInstalled() {
  try {
    return fs.readFileSync(stamp, 'utf8') === wanted;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
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
    process.exit(result.status === null ? 1 : result.status);
  }
  fs.writeFileSync(stamp, wanted);
  console.error(`hopline: installed in ${Math.round((Date.now() - started) / 1000)} s`);
}
