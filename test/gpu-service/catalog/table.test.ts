import { describe, expect, it } from 'vitest';
import { readTable } from '../../../gpu-service/catalog/table.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(bytes: Uint8Array, mapping = {}) {
  const table = readTable(bytes, mapping);
  if (!table.ok) throw new Error(table.error);
  return table.value;
}

describe('reading a merchant’s CSV', () => {
  it('finds title and image under common names and keeps every row in order', () => {
    const { rows } = read(utf8('SKU,Product Title,Photo\n1,Black jeans,a.jpg\n2,"Red, wide shorts",b.jpg\n'));
    expect(rows.map(({ row, id, title, image }) => [row, id, title, image])).toEqual([
      [0, '1', 'Black jeans', 'a.jpg'],
      [1, '2', 'Red, wide shorts', 'b.jpg'],
    ]);
  });

  it('takes a mapping for columns under other names', () => {
    const { rows } = read(utf8('Name;Bild\nSchwarze Jeans;a.jpg\n'), { title: 'Name', image: 'Bild' });
    expect(rows[0]).toMatchObject({ title: 'Schwarze Jeans', image: 'a.jpg', id: 'row-1' });
  });

  it('says which column is missing, which there are and how to name one', () => {
    const table = readTable(utf8('Title,Price\nBlack jeans,10\n'), {});
    expect(table).toEqual({
      ok: false,
      error: expect.stringMatching(/no image column.*Title, Price.*--columns image=/s),
    });
    expect(readTable(utf8('Title,Image\nx,y\n'), { title: 'Nom' })).toMatchObject({ ok: false });
    expect(readTable(utf8(''), {})).toMatchObject({ ok: false });
  });

  it.each([
    ['UTF-8 with BOM', Buffer.from('\uFEFFtitle,image\nCrêpe trousers,a.jpg\n', 'utf8'), 'utf-8'],
    ['UTF-16 with BOM', Buffer.from('\uFEFFtitle,image\nCrêpe trousers,a.jpg\n', 'utf16le'), 'utf-16le'],
    ['Windows-1252', Buffer.from('title,image\nCrêpe trousers,a.jpg\n', 'latin1'), 'windows-1252'],
  ])('reads %s', (_, bytes, encoding) => {
    const table = read(bytes);
    expect(table.encoding).toBe(encoding);
    expect(table.rows[0]?.title).toBe('Crêpe trousers');
  });

  it('names what is wrong with a row instead of losing it', () => {
    const { rows } = read(
      utf8(
        'id,title,image\n7,Jeans,a.jpg\n7,Jeans,b.jpg\n8,,c.jpg\n9,Shorts,\n10,Bad \uFFFD,d.jpg\n11,Short row\n',
      ),
    );
    expect(rows.map(({ problems }) => problems)).toEqual([
      [],
      ['duplicate_id'],
      ['no_title'],
      ['no_image_name'],
      ['unreadable_text'],
      ['no_image_name', 'too_few_columns'],
    ]);
  });
});
