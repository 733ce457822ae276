#include <stdint.h>
#include "clones.h"
#include "neighbours.cdef"
CLONES static int64_t test(const int32_t *a, int n){ int64_t s=0; for(int i=0;i<n;i++) s+=a[i]; return s;}
int32_t neighbours_version(void) { int32_t a[3]={1,0,0}; return (int32_t)test(a,3); }
