import { expect } from 'chai';
import { parseBytes, parseCpus, parseDurationMs } from '../../operator/core/quantity.ts';

describe('quantity', () => {
  const bytes: Readonly<Record<string, number>> = {
    '0': 0,
    '1024': 1024,
    '1k': 1000,
    '1Ki': 1024,
    '1M': 1e6,
    '256Mi': 268_435_456,
    '1.5Gi': 1_610_612_736,
    '2G': 2e9,
    '0.1Ki': 102,
  };
  for (const [text, value] of Object.entries(bytes)) {
    it(`reads ${text} as ${value} bytes`, () => {
      expect(parseBytes(text)).to.equal(value);
    });
  }

  const cpus: Readonly<Record<string, number>> = { '500m': 0.5, '1': 1, '2.5': 2.5, '1500m': 1.5, '1m': 0.001 };
  for (const [text, value] of Object.entries(cpus)) {
    it(`reads ${text} as ${value} cores`, () => {
      expect(parseCpus(text)).to.equal(value);
    });
  }

  const durations: Readonly<Record<string, number>> = {
    '300ms': 300,
    '30s': 30_000,
    '15m': 900_000,
    '1h': 3_600_000,
    '1m30s': 90_000,
    '1.5s': 1_500,
    '1h1m1s1ms': 3_661_001,
    '0s': 0,
  };
  for (const [text, value] of Object.entries(durations)) {
    it(`reads ${text} as ${value} ms`, () => {
      expect(parseDurationMs(text)).to.equal(value);
    });
  }
});
