const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'something on its path is not a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** Why a file or folder could not be used, in words for people; the system's own code where there are none. */
export function fileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'it is not a path';
  return words[code] ?? code;
}
