/* decode_bench_main.c: nanoseconds to decode, encode and digest one event as large as ours (some 30 members, about 700 bytes). */
#include <stdio.h>
#include <time.h>

#include "schemas/event.h"

enum { EVENTS = 200000, ROUNDS = 7 };

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* A dispatch as the decider writes it: an envelope of 18 members, data of 12, a sealed instruction. */
static void make(struct event *ev)
{
	static const uint8_t sealed[180] = {1, 1}, digest[16] = {3};
	struct case_reported *data = &ev->data.case_reported;

	*ev = (struct event){.type = EVENT_case_reported};
	EVENT_SET(ev->env, id, SPAN("km12345-2023-0119-000172"));
	EVENT_SET(ev->env, source, SPAN("/yn/kunming/12345"));
	EVENT_SET(ev->env, subject, SPAN("530102-20230119-7K3M9QXA2B4C"));
	EVENT_SET(ev->env, time, 1674090000123456);
	EVENT_SET(ev->env, place, SPAN("530102001001"));
	EVENT_SET(ev->env, unit, SPAN("centre:530102001"));
	EVENT_SET(ev->env, actor, SPAN("t-7Q2M9KXA"));
	EVENT_SET(ev->env, digest, span_of(digest, sizeof digest));
	EVENT_SET(ev->env, receipt, SPAN("7K3M9QXA2B4C"));
	EVENT_SET(ev->env, refknown, 15234);
	EVENT_SET(ev->env, seq, 1);
	EVENT_SET(ev->env, to, CODE_case_state_RP);
	EVENT_SET(ev->env, owner, SPAN("centre:530102001"));
	EVENT_SET(ev->env, claim, 1234567);
	EVENT_SET(ev->env, cause, 7654321);
	EVENT_SET(ev->env, decidedtime, 1674090000223456);
	EVENT_SET(ev->env, refoffset, 15234);
	EVENT_SET(ev->env, rules, 1);
	EVENT_SET(*data, type_code, SPAN("MD02"));
	EVENT_SET(*data, title, SPAN("三单元楼道堆物占用消防通道"));
	EVENT_SET(*data, description, span_of(sealed, 180));
	EVENT_SET(*data, reporter, span_of(sealed, 58));
	EVENT_SET(*data, channel, CODE_channel_hotline);
	EVENT_SET(*data, profile, SPAN("standard"));
	EVENT_SET(*data, due_at, 1674490000223456);
	EVENT_SET(*data, yellow_at, 1674390000223456);
	EVENT_SET(*data, red_at, 1674490000223456);
	EVENT_SET(*data, step, CODE_step_accept);
	EVENT_SET(*data, step_due_at, 1674190000223456);
	EVENT_SET(*data, cal_id, SPAN("cn"));
	EVENT_SET(*data, cal_ver, 2);
	EVENT_SET(*data, policy_ver, 3);
}

int main(void)
{
	static const uint8_t secret[32] = {1};
	struct event ev, read;
	struct buf buf = {0};
	uint8_t digest[16];
	unsigned failures = 0;

	make(&ev);
	failures += event_encode(&ev, &buf) != ERR_OK;
	printf("event %zu bytes; CPU ns per event: decode, encode, digest\n", buf.n);
	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_ns(), decoded, encoded, digested;

		for (int i = 0; i < EVENTS; i++) {
			failures += event_decode(buf_span(&buf), &read, NULL) != ERR_OK;
		}
		decoded = cpu_ns();
		for (int i = 0; i < EVENTS; i++) {
			buf_reset(&buf);
			failures += event_encode(&ev, &buf) != ERR_OK;
		}
		encoded = cpu_ns();
		for (int i = 0; i < EVENTS; i++) {
			event_digest(&ev, secret, digest);
		}
		digested = cpu_ns();
		printf("%6.0f %6.0f %6.0f\n", (decoded - start) / EVENTS,
		       (encoded - decoded) / EVENTS, (digested - encoded) / EVENTS);
	}
	buf_done(&buf);
	return failures != 0;
}
