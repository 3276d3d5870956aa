/* refuse_anon: run a program under a kernel that has no shared anonymous
   memory.

     refuse_anon EINVAL|ENOMEM PROGRAM [ARGUMENT...]

   A seccomp filter makes mmap fail with that error whenever both MAP_SHARED
   and MAP_ANONYMOUS are asked for. Everything else goes on: malloc and the
   loader map privately. No privilege is needed. Exit status 77 where the
   system has no such filters, or refuses them. */
#include "config.h"

#include <stdio.h>

#if defined(__linux__) && HAVE_LINUX_SECCOMP_H && HAVE_SYS_PRCTL_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The calls that map: a 32-bit system has mmap2, which takes the flags at the
   same place; its old mmap takes a pointer to them, beyond a filter's
   reach, and no C library uses it. */
#if defined(__NR_mmap2)
#define MAP_CALL __NR_mmap2
#else
#define MAP_CALL __NR_mmap
#endif

/* Where the low half of argument 3, the flags, lies. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FLAGS_AT (offsetof(struct seccomp_data, args[3]) + 4)
#else
#define FLAGS_AT offsetof(struct seccomp_data, args[3])
#endif

/* The filter must not judge the calls of another architecture, which have
   other numbers: those it lets pass. Unknown here: it looks at them all. */
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

static int
refuse(unsigned error)
{
    enum { BOTH = MAP_SHARED | MAP_ANONYMOUS };
    struct sock_filter steps[] = {
#if defined(ARCHITECTURE)
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
#endif
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAP_CALL, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FLAGS_AT),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, BOTH),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BOTH, 0, 1),
        BPF_STMT(BPF_RET | BPF_K,
                 SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {
        .len = sizeof steps / sizeof *steps,
        .filter = steps,
    };

    /* Without the promise to gain no privileges only root may filter. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int
main(int argc, char **argv)
{
    unsigned error = 0;

    if (argc > 2 && strcmp(argv[1], "EINVAL") == 0)
        error = EINVAL;
    if (argc > 2 && strcmp(argv[1], "ENOMEM") == 0)
        error = ENOMEM;
    if (error == 0) {
        fprintf(stderr,
                "usage: refuse_anon EINVAL|ENOMEM PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    if (refuse(error) == -1) {
        fprintf(stderr, "refuse_anon: no system call filter: prctl: %s\n",
                strerror(errno));
        return 77;
    }
    /* Does it bite? It would not under an emulator that fakes prctl. */
    if (mmap(NULL, 1, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) !=
        MAP_FAILED) {
        fprintf(stderr, "refuse_anon: the system call filter has no effect\n");
        return 77;
    }
    execv(argv[2], argv + 2);
    fprintf(stderr, "refuse_anon: exec %s: %s\n", argv[2], strerror(errno));
    return 126;
}

#else

int
main(void)
{
    fprintf(stderr, "refuse_anon: this system has no system call filters\n");
    return 77;
}

#endif
