import { expect } from 'chai';
import { SecretValues } from '../../operator/core/redact.ts';

function redacting(...values: string[]): SecretValues['redact'] {
  const known = new SecretValues();
  for (const value of values) known.add(value);
  return known.redact;
}

describe('values of secrets', () => {
  it('are taken out of texts wherever they stand, as often as they do', () => {
    const redact = redacting('hunter2hunter2');
    expect(redact('user:hunter2hunter2@host hunter2hunter2')).to.equal('user:[redacted]@host [redacted]');
    expect(redact('nothing of it')).to.equal('nothing of it');
  });

  it('are taken out as JSON, URLs and base64 have them', () => {
    const value = 'pa"ss\\wörd &=';
    const redact = redacting(value);
    expect(redact(JSON.stringify({ value }))).to.equal('{"value":"[redacted]"}');
    expect(redact(`https://host/?token=${encodeURIComponent(value)}`)).to.equal('https://host/?token=[redacted]');
    expect(redact(`Bearer ${Buffer.from(value).toString('base64')}`)).to.match(/^Bearer \[redacted\]=*$/);
  });

  it('are taken out line by line where they have several', () => {
    const redact = redacting('-----BEGIN KEY-----\nMIIBVAIBADANBg\nkqhkiG9w0BAQEF\nAA==\n-----END KEY-----');
    expect(redact('MIIBVAIBADANBg')).to.equal('[redacted]');
    expect(redact('  kqhkiG9w0BAQEF,')).to.equal('  [redacted],');
    expect(redact('-----BEGIN KEY-----')).to.equal('-----BEGIN KEY-----');
  });

  it('are whole where one is part of another', () => {
    expect(redacting('secret-1', 'secret-1-and-more')('secret-1-and-more, secret-1')).to.equal(
      '[redacted], [redacted]',
    );
  });

  it('leave texts alone that are shorter than six characters', () => {
    expect(redacting('', 'true', '12345')('true 12345')).to.equal('true 12345');
    expect(redacting('123456')('123456')).to.equal('[redacted]');
  });

  it('may hold what means something in patterns, or is no text', () => {
    expect(redacting('a.*(b$&')('a.*(b$& aXX(b')).to.equal('[redacted] aXX(b');
    expect(redacting('half\ud800half')('half\ud800half')).to.equal('[redacted]');
  });
});
