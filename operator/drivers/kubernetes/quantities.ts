/** Bytes as the API server writes them (resource.Quantity, canonical form): it gives back what it was told then. */
export function memoryQuantity(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
  const whole = Math.round(bytes);
  for (let power = units.length - 1; power > 0; power--)
    if (whole % 1024 ** power === 0) return `${whole / 1024 ** power}${units[power] ?? ''}`;
  const decimal = ['', 'k', 'M', 'G', 'T'];
  for (let power = decimal.length - 1; power > 0; power--)
    if (whole % 1000 ** power === 0) return `${whole / 1000 ** power}${decimal[power] ?? ''}`;
  return String(whole);
}

/** Cores, in thousandths where they are no whole number. */
export function cpuQuantity(cores: number): string {
  const thousandths = Math.max(1, Math.round(cores * 1000));
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}
