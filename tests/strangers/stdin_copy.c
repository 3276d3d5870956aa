/* Copies its standard input to its standard output, byte for byte: the parent
   reads into a shared block, the child writes it. Who watches must touch
   neither descriptor. Nothing to find. Exits 0. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static struct block {
    sem_t empty, full;
    ssize_t length;
    char data[1000];
} * block;

static void
stop(const char *why)
{
    perror(why);
    _exit(2);
}

static void
writer(void)
{
    ssize_t done, n;

    for (;;) {
        sem_wait(&block->full);
        if (block->length == 0)
            _exit(0);
        for (done = 0; done < block->length; done += n) {
            n = write(STDOUT_FILENO, block->data + done,
                      (size_t)(block->length - done));
            if (n == -1)
                stop("stdout");
        }
        sem_post(&block->empty);
    }
}

int
main(void)
{
    int status;

    block = mmap(NULL, sizeof *block, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        stop("mmap");
    if (sem_init(&block->empty, 1, 1) == -1 ||
        sem_init(&block->full, 1, 0) == -1)
        stop("sem_init");
    switch (fork()) {
    case -1:
        stop("fork");
        break;
    case 0:
        writer();
    }
    do {
        sem_wait(&block->empty);
        block->length = read(STDIN_FILENO, block->data, sizeof block->data);
        if (block->length == -1) {
            perror("stdin");
            block->length = 0;
        }
        sem_post(&block->full);
    } while (block->length > 0);
    if (wait(&status) == -1)
        stop("wait");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
