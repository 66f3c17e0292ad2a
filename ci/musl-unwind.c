/* Debian's LLVM libunwind is compiled against glibc with _FORTIFY_SOURCE. What that calls is not in musl; this is all of it. */
#include <stdarg.h>
#include <stdio.h>

int __fprintf_chk(FILE *stream, int flag, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int written = vfprintf(stream, format, args);
  va_end(args);
  return (void)flag, written;
}
