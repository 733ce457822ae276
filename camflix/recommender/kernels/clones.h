/* CLONES before a function compiles it several times, for plain x86-64 and for wider vectors, and picks one when the
 * module is loaded. Elsewhere (other processors, other compilers, under a sanitizer) it means nothing.
 *
 * The copies give the same bits: build.py forbids contraction (-ffp-contract=off), and no copy may reorder a sum.
 * They need "ifunc" of the linker: glibc has it, musl and macOS do not.
 */
#ifndef CAMFLIX_CLONES_H
#define CAMFLIX_CLONES_H

#include <limits.h> /* defines __GLIBC__ */

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && defined(__x86_64__) && defined(__GLIBC__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#endif
