/* The control for tests/midi/exactness.py: a thread that only sleeps to the next deadline.
 * Arguments: first deadline (seconds of CLOCK_MONOTONIC), interval in seconds, count.
 * Asks for the priority that the player asks for; prints one lateness in microseconds a line.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int count_of_arguments, char **arguments)
{
    if (count_of_arguments != 4)
        return 2;
    double first_s = atof(arguments[1]), interval_s = atof(arguments[2]);
    int count = atoi(arguments[3]);
    double *late_us = calloc(count, sizeof *late_us);
    struct sched_param priority = {.sched_priority = 20};
    if (!late_us)
        return 1;
    sched_setscheduler(0, SCHED_FIFO, &priority);
    mlockall(MCL_CURRENT | MCL_FUTURE);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    for (int at = 0; at < count; at++) {
        double due_s = first_s + at * interval_s;
        struct timespec due = {.tv_sec = (time_t)due_s};
        due.tv_nsec = (long)((due_s - due.tv_sec) * 1e9);
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL))
            ;
        late_us[at] = (now_s() - due_s) * 1e6;
    }
    for (int at = 0; at < count; at++)
        printf("%.1f\n", late_us[at]);
    return 0;
}
