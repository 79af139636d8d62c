/*
 * System calls: no program is started, no process traced, no kernel changed, and no kind of socket made
 * but what MQTT, name lookup and the journal need. A list of what is refused, not of what is allowed:
 * the C library, OpenSSL and SQLite make others with each version, and a receiver that dies of an
 * update is worse than what an allowed harmless call can do.
 */
#include "subscriber/guard.h"

#include <seccomp.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const int refused[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsmount),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(keyctl),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(name_to_handle_at),
	SCMP_SYS(personality),
	SCMP_SYS(setuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setreuid),
	SCMP_SYS(setregid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setresgid),
	SCMP_SYS(setgroups),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
#ifndef __SANITIZE_ADDRESS__
	/* The leak checker of test builds traces its own process at the end. */
	SCMP_SYS(ptrace),
#endif
};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

static bool is_needed(int family)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (families[i] == family)
			return true;
	}
	return false;
}

/* Sockets of other families than these; AF_NETLINK is the highest of them. */
static bool refuse_sockets(scmp_filter_ctx filter)
{
	for (unsigned int family = 0; family < AF_NETLINK; family++) {
		if (!is_needed((int)family) &&
			seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
				SCMP_A0(SCMP_CMP_EQ, family, 0)) != 0)
			return false;
	}
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
			   SCMP_A0(SCMP_CMP_GT, AF_NETLINK, 0)) == 0;
}

static bool refuse_calls(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0) != 0)
			return false;
	}
	return refuse_sockets(filter);
}

void guard_seccomp(char out[static GUARD_TEXT_SIZE])
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = -ENOMEM;

	if (filter)
		rc = refuse_calls(filter) ? seccomp_load(filter) : -EINVAL;
	(void)snprintf(out, GUARD_TEXT_SIZE, rc == 0 ? "on" : "off: %s", strerror(-rc));
	seccomp_release(filter);
}
