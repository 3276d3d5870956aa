/* Mutexes in malloc'd memory, private to each process, destroyed and freed in
   the right order; malloc hands out the same addresses again, and a child has
   copies at the same addresses as its parent. Nothing to find. Exits 0. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct node {
    pthread_mutex_t lock;
    struct node *next;
    int value;
};

static struct node *
push(struct node *head, int value)
{
    struct node *n = malloc(sizeof *n);

    if (n == NULL)
        abort();
    pthread_mutex_init(&n->lock, NULL);
    n->next = head;
    n->value = value;
    return n;
}

static void *
bump(void *list)
{
    struct node *n;

    for (n = list; n != NULL; n = n->next) {
        pthread_mutex_lock(&n->lock);
        n->value++;
        pthread_mutex_unlock(&n->lock);
    }
    return NULL;
}

static int
round_of(struct node *list)
{
    struct node *next;
    pthread_t t;
    int sum = 0;

    if (pthread_create(&t, NULL, bump, list) != 0)
        abort();
    bump(list);
    pthread_join(t, NULL);
    for (; list != NULL; list = next) {
        next = list->next;
        sum += list->value;
        pthread_mutex_destroy(&list->lock);
        free(list);
    }
    return sum;
}

int
main(void)
{
    struct node *list = push(push(push(NULL, 1), 2), 3);
    int status, bad;
    pid_t pid = fork();

    if (pid == -1)
        abort();
    bad = round_of(list) != 12;
    bad |= round_of(push(push(NULL, 4), 5)) != 13;
    if (pid == 0)
        _exit(bad);
    if (wait(&status) != pid || status != 0)
        bad = 1;
    return bad;
}
