// What Swift cannot import from zlib by itself: the init functions are macros that pass the version and the size of z_stream.
// Everything is static inline, so no C target is needed.
#ifndef WORKLIST_CZLIB_SHIM_H
#define WORKLIST_CZLIB_SHIM_H

#define ZLIB_CONST 1 /* before zlib.h: next_in points to const bytes */

#include <zlib.h>

static inline int czl_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

static inline int czl_deflate_init(z_stream *stream, int level, int window_bits, int memory_level) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

#endif
