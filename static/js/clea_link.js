// What the text of a QR code says of itself, as far as a browser can tell. The server looks again (clea_portal/protocol).
const LENGTHS = [
  [110, 175], // type 0, without and with a contact message
  [115, 180], // type 1
];
const HEADERS = [17, 22];
const LONGEST = 2048;
const ALPHABET = "3479CFHJKMNPRTWXY"; // clea_portal/protocol/check_code.py
const CHECK_CODE_LENGTH = 6;

// The host that names the country, and the check code; null for whatever is no CLÉA link.
export async function explainLink(text) {
  const lsp = decode(text);
  if (!lsp) return null;
  const type = (lsp[0] >> 2) & 7;
  if (lsp[0] >> 5 !== 0 || lsp[0] & 3 || !LENGTHS[type]?.includes(lsp.length)) return null;
  return {
    link: text.trim(),
    host: new URL(text.trim()).hostname,
    checkCode: await checkCode(lsp.slice(HEADERS[type] - 16, HEADERS[type])),
  };
}

function decode(text) {
  const match = /^https:\/\/[^\s#]+#([A-Za-z0-9_-]+)(?:=|%3D)*$/i.exec(text.trim());
  if (!match || text.length > LONGEST) return null;
  try {
    new URL(text.trim());
    const bytes = atob(match[1].replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(bytes, (letter) => letter.charCodeAt(0));
  } catch {
    return null; // no address, or a number of characters that Base64 never has
  }
}

async function checkCode(ltid) {
  const mark = new TextEncoder().encode("CLEA check code");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([...mark, ...ltid])));
  let number = digest.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let characters = "";
  for (let place = 0; place < CHECK_CODE_LENGTH; place++) {
    characters += ALPHABET[Number(number % BigInt(ALPHABET.length))];
    number /= BigInt(ALPHABET.length);
  }
  return characters;
}
