import { describe, expect, test } from 'vitest'
import { paperLimit, readPaper } from '#domain/request/paper.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const pdf = bytes('%PDF-1.7\n')
const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0])
const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0])

describe('a file attached to a request', () => {
  test.each([
    ['signed.pdf', pdf, 'application/pdf', 'signed.pdf'],
    ['signed.PDF', pdf, 'application/pdf', 'signed.PDF'],
    ['scan.png', png, 'image/png', 'scan.png'],
    ['scan.jpeg', jpeg, 'image/jpeg', 'scan.jpeg'],
    ['letter.txt', bytes('Dear exchange,\r\n\tgrüße\f'), 'text/plain', 'letter.txt'],
    // the name says nothing of what it is, and opens as what it is
    ['signed.exe', pdf, 'application/pdf', 'signed.exe.pdf'],
    ['page.html', bytes('<script>alert(1)</script>'), 'text/plain', 'page.html.txt'],
    ['C:\\Users\\x\\signed.pdf', pdf, 'application/pdf', 'signed.pdf'],
    ['../../etc/passwd', bytes('root'), 'text/plain', 'passwd.txt'],
    ['a"b\u202e\r\nX: 1;.pdf', pdf, 'application/pdf', 'a b X 1 .pdf'],
    ['', png, 'image/png', 'document.png'],
    ['x'.repeat(500), jpeg, 'image/jpeg', `${'x'.repeat(100)}.jpg`],
  ])('called %j is known by what is in it', (name, content, type, kept) => {
    expect(readPaper(name, content)).toEqual({ ok: true, value: { name: kept, type } })
  })
  test.each([
    ['nothing', new Uint8Array()],
    ['a program', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46])],
    ['an archive', bytes('PK\u0003\u0004')],
    ['text with NUL', bytes('a\0b')],
    ['text with an escape', bytes('\u001b[2J')],
    ['text of another encoding', Uint8Array.from([0x67, 0x72, 0xfc, 0xdf])],
    ['half a PNG', png.subarray(0, 4)],
    ['more than 4 MB', new Uint8Array(paperLimit + 1).fill(0x61)],
  ])('is refused when it is %s, however it is called', (_title, content) => {
    expect(readPaper('signed.pdf', content)).toMatchObject({ ok: false, error: { code: 'unfit-paper' } })
  })
  test('may have 4 MB', () => {
    expect(readPaper('long.txt', new Uint8Array(paperLimit).fill(0x61)).ok).toBe(true)
  })
})
