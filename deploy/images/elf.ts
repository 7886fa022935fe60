import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync, writeSync } from 'node:fs';

/** Dynamic-linking facts of an ELF64 little-endian file (System V gABI, chapter 5). */
export interface DynamicFacts {
  /** Path of the dynamic loader, absent in libraries. */
  readonly interpreter: string | undefined;
  readonly needed: readonly string[];
  /** RUNPATH or RPATH entries, `$ORIGIN` unexpanded. */
  readonly runPath: readonly string[];
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_STRSZ = 10;
const DT_RPATH = 15;
const DT_RUNPATH = 29;

/** Undefined for whatever is not a 64-bit little-endian ELF file. Reads; never runs, so any architecture will do. */
export function readDynamicFacts(path: string): DynamicFacts | undefined {
  const file = openSync(path, 'r');
  try {
    const segments = readSegments(file);
    if (segments === undefined) return undefined;
    const interpreterSegment = segments.find((segment) => segment.type === PT_INTERP);
    const interpreter =
      interpreterSegment && cString(readAt(file, interpreterSegment.offset, interpreterSegment.fileSize), 0);
    const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
    if (dynamic === undefined) return { interpreter, needed: [], runPath: [] };

    const entries = dynamicEntries(readAt(file, dynamic.offset, dynamic.fileSize));
    const value = (tag: number): number => entries.find((entry) => entry.tag === tag)?.value ?? 0;
    const strings = readAt(file, fileOffset(segments, value(DT_STRTAB)), value(DT_STRSZ));
    const texts = (tag: number): string[] =>
      entries.filter((entry) => entry.tag === tag).map((entry) => cString(strings, entry.value));
    const runPath = [...texts(DT_RUNPATH), ...texts(DT_RPATH)].flatMap((list) => list.split(':'));
    return { interpreter, needed: texts(DT_NEEDED), runPath };
  } finally {
    closeSync(file);
  }
}

/**
 * Copies a program without its symbols and debug sections: everything past the last segment goes, and the section
 * table with it. The loader reads segments only, so this is `strip --strip-all` without binutils.
 */
export function copyStripped(from: string, to: string): void {
  copyFileSync(from, to);
  const file = openSync(to, 'r+');
  try {
    const segments = readSegments(file);
    if (segments === undefined) throw new Error(`${from} is not a 64-bit little-endian ELF file`);
    const end = Math.max(...segments.map((segment) => segment.offset + segment.fileSize));
    if (end >= statSync(to).size) return;
    writeSync(file, Buffer.alloc(8), 0, 8, 40); // e_shoff
    writeSync(file, Buffer.alloc(6), 0, 6, 58); // e_shentsize, e_shnum, e_shstrndx
    truncateSync(to, end);
  } finally {
    closeSync(file);
  }
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
}

function readSegments(file: number): readonly Segment[] | undefined {
  const header = readAt(file, 0, 64);
  const isElf64Little =
    header.length === 64 && header.readUInt32BE(0) === 0x7f454c46 && header[4] === 2 && header[5] === 1;
  if (!isElf64Little) return undefined;
  const entrySize = header.readUInt16LE(54);
  const table = readAt(file, u64(header, 32), entrySize * header.readUInt16LE(56));
  return Array.from({ length: header.readUInt16LE(56) }, (_, index) => {
    const at = index * entrySize;
    return {
      type: table.readUInt32LE(at),
      offset: u64(table, at + 8),
      address: u64(table, at + 16),
      fileSize: u64(table, at + 32),
    };
  });
}

function dynamicEntries(table: Buffer): readonly { tag: number; value: number }[] {
  return Array.from({ length: Math.floor(table.length / 16) }, (_, index) => ({
    tag: u64(table, index * 16),
    value: u64(table, index * 16 + 8),
  }));
}

function fileOffset(segments: readonly Segment[], address: number): number {
  const home = segments.find(
    (segment) => segment.type === PT_LOAD && address >= segment.address && address < segment.address + segment.fileSize,
  );
  return home === undefined ? 0 : address - home.address + home.offset;
}

function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}

function u64(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at));
}

function cString(buffer: Buffer, at: number): string {
  return buffer.toString('latin1', at, buffer.indexOf(0, at));
}
