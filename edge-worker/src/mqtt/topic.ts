export const maxTopicCharacters = 512;
const maxTopicLevels = 32;

/** Whether a topic name may be published to: not empty, no wildcards, no NUL [MQTT-3.3.2-2, MQTT-4.7.3-1, MQTT-4.7.3-2]. */
export function isTopicName(name: string): boolean {
  return name.length > 0 && name.length <= maxTopicCharacters && !/[+#\0]/.test(name);
}

/** Whether a filter is well formed: `+` alone in its level, `#` alone in the last [MQTT-4.7.1-1 to 4.7.1-3]. */
export function isTopicFilter(filter: string): boolean {
  if (filter.length === 0 || filter.length > maxTopicCharacters || filter.includes('\0')) return false;
  const levels = filter.split('/');
  if (levels.length > maxTopicLevels) return false;
  return levels.every((level, index) => {
    if (level === '#') return index === levels.length - 1;
    return level === '+' || !/[+#]/.test(level);
  });
}

/**
 * Whether a topic name falls under a filter (§4.7). `#` takes the parent level too [§4.7.1.2]; a wildcard in the first
 * level does not match a topic that begins with `$` [MQTT-4.7.2-1].
 */
export function matchesFilter(filter: string, name: string): boolean {
  const wanted = filter.split('/');
  const levels = name.split('/');
  if (name.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  for (const [index, part] of wanted.entries()) {
    if (part === '#') return true;
    if (index >= levels.length || (part !== '+' && part !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
