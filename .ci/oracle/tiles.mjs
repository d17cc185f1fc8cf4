// Reads an archive (the first argument) with npm pmtiles. For each line "z x y" on
// stdin it prints one of JSON: the tile's id and bytes in base64, null for none; the
// first line is the header.
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PMTiles, zxyToTileId } from 'pmtiles';

const file = await open(process.argv[2]);
const source = {
  getKey: () => process.argv[2],
  async getBytes(offset, length) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return { data: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + bytesRead) };
  },
};
const archive = new PMTiles(source), print = (value) => process.stdout.write(JSON.stringify(value) + '\n');
print(await archive.getHeader());
for await (const line of createInterface({ input: process.stdin })) {
  const [z, x, y] = line.split(' ').map(Number), tile = await archive.getZxy(z, x, y);
  print({ id: zxyToTileId(z, x, y), bytes: tile ? Buffer.from(tile.data).toString('base64') : null });
}
