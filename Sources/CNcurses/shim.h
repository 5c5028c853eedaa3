// What Swift cannot import from ncurses and libc by itself: macros, mutable globals, hidden functions.
// Everything is static inline, so no C target is needed.
#ifndef WORKLIST_CNCURSES_SHIM_H
#define WORKLIST_CNCURSES_SHIM_H

/* No _GNU_SOURCE or the like: libc's headers must read the same here as in the Glibc module. */
#define NCURSES_WIDECHAR 1 /* before curses.h: brings setcchar, cchar_t and wadd_wchnstr */
#define NCURSES_NOMACROS 1

#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/* term.h defines hundreds of short macros ("columns", "tab", "bell"); Swift ignores those, C users of this header do not exist. */

static inline attr_t cnc_a_bold(void) { return A_BOLD; }
static inline attr_t cnc_a_dim(void) { return A_DIM; }
static inline attr_t cnc_a_italic(void) { return A_ITALIC; }
static inline attr_t cnc_a_underline(void) { return A_UNDERLINE; }
static inline attr_t cnc_a_blink(void) { return A_BLINK; }
static inline attr_t cnc_a_reverse(void) { return A_REVERSE; }

static inline WINDOW *cnc_stdscr(void) { return stdscr; }
static inline WINDOW *cnc_curscr(void) { return curscr; }
static inline TERMINAL *cnc_cur_term(void) { return cur_term; }
static inline int cnc_colors(void) { return COLORS; }
static inline int cnc_color_pairs(void) { return COLOR_PAIRS; }

/* A cell with a pair number above 255: the pair travels in opts, never in the attributes. */
static inline int cnc_setcchar(cchar_t *cell, const wchar_t *text, attr_t attributes, int pair) {
    return setcchar(cell, text, attributes, 0, &pair);
}

static inline int cnc_tigetflag(const char *name) { return tigetflag((char *)(size_t)name); }
static inline int cnc_tigetnum(const char *name) { return tigetnum((char *)(size_t)name); }

/* NULL when the terminal has no such capability (tigetstr also answers (char *)-1 for a wrong name). */
static inline const char *cnc_tigetstr(const char *name) {
    char *value = tigetstr((char *)(size_t)name);
    return value == (char *)-1 ? NULL : value;
}

extern int wcwidth(wchar_t); /* hidden by feature macros */

/* Columns of `count` scalars from `first`, by the UTF-8 table of libc whatever the process locale is: the table ncurses
   lays rows out with. Returns 0, or -1 when no UTF-8 locale exists (then the process locale was asked). */
static inline int cnc_widths(unsigned int first, int count, signed char *out) {
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = (locale_t)0;
    int i;
    if (utf8 != (locale_t)0) before = uselocale(utf8);
    for (i = 0; i < count; i++) out[i] = (signed char)wcwidth((wchar_t)(first + (unsigned int)i));
    if (utf8 == (locale_t)0) return -1;
    uselocale(before);
    freelocale(utf8);
    return 0;
}

static inline const char *cnc_codeset(void) { return nl_langinfo(CODESET); }
static inline int cnc_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/* ioctl and fcntl are variadic. */
static inline int cnc_window_size(int fd, struct winsize *size) { return ioctl(fd, TIOCGWINSZ, size); }
static inline int cnc_set_window_size(int fd, const struct winsize *size) { return ioctl(fd, TIOCSWINSZ, size); }
static inline int cnc_open(const char *path) { return open(path, O_RDONLY | O_CLOEXEC); }
static inline int cnc_duplicate(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 3); }
static inline int cnc_pipe(int ends[2]) {
    int i;
    if (pipe(ends) != 0) return -1;
    for (i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    return 0;
}

/* A pseudo-terminal, so that the tests have a real one. Returns the controlling side, -1 on failure; libc hides these. */
extern int posix_openpt(int);
extern int grantpt(int);
extern int unlockpt(int);
extern char *ptsname(int);
static inline int cnc_pseudo_terminal(char *path, size_t size) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name;
    if (fd < 0) return -1;
    if (grantpt(fd) != 0 || unlockpt(fd) != 0 || (name = ptsname(fd)) == NULL || strlen(name) >= size) {
        close(fd);
        return -1;
    }
    strcpy(path, name);
    return fd;
}

/* getenv for startup only; the result is copied by the caller. */
static inline const char *cnc_environment(const char *name) { return getenv(name); }

static inline int cnc_no_core(void) {
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none);
}

/* One SIGALRM after so many milliseconds; 0 for none. */
static inline void cnc_timer(unsigned int milliseconds) {
    struct itimerval value = {{0, 0}, {0, 0}};
    value.it_value.tv_sec = (time_t)(milliseconds / 1000);
    value.it_value.tv_usec = (suseconds_t)(milliseconds % 1000) * 1000;
    setitimer(ITIMER_REAL, &value, NULL);
}

/* sigaction's handler member is a macro over a union. */
static inline int cnc_install(int signal_number, void (*handler)(int), int flags, struct sigaction *before) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, before);
}
static inline int cnc_install_default(int signal_number, struct sigaction *before) {
    return cnc_install(signal_number, SIG_DFL, 0, before);
}
static inline int cnc_install_ignore(int signal_number, struct sigaction *before) {
    return cnc_install(signal_number, SIG_IGN, 0, before);
}

/* For handlers that only write a byte to a pipe. */
static inline int cnc_install_relay(int signal_number, void (*handler)(int), struct sigaction *before) {
    return cnc_install(signal_number, handler, SA_RESTART | SA_ONSTACK, before);
}
/* For handlers that restore the terminal and raise the signal again: the action is back to default before they run. */
static inline int cnc_install_fatal(int signal_number, void (*handler)(int), struct sigaction *before) {
    return cnc_install(signal_number, handler, (int)(SA_RESETHAND | SA_ONSTACK), before);
}

/* A stack for fatal handlers, so that a stack overflow can still restore the terminal. */
static inline int cnc_alternate_stack(void *base, size_t size) {
    stack_t stack;
    memset(&stack, 0, sizeof stack);
    stack.ss_sp = base;
    stack.ss_size = size;
    return sigaltstack(&stack, NULL);
}

#endif
