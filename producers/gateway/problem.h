/* problem.h: what the gateway answers when it cannot do what was asked (RFC 9457), in Chinese and English. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_PROBLEM_H
#define GOVBUS_PRODUCERS_GATEWAY_PROBLEM_H

#include "common/buf.h"
#include "schemas/event.h"

/* PROBLEM(id, HTTP status, name in the type URI, zh, en) */
#define PROBLEM_MAP(PROBLEM)                                                                      \
	PROBLEM(MALFORMED, 400, "malformed", "正文无法解析",                                      \
		"the body does not match its content type")                                       \
	PROBLEM(BAD_QUERY, 400, "bad-query", "查询参数有误", "a query parameter is invalid")      \
	PROBLEM(NO_TOKEN, 401, "no-token", "缺少令牌或令牌无效",                                  \
		"no token, or one that is unknown or revoked")                                    \
	PROBLEM(FORBIDDEN, 403, "forbidden", "令牌无此权限", "the token has no right to do this") \
	PROBLEM(HISTORY, 403, "history-mode", "系统处于历史导入模式",                             \
		"the bus is in history mode: only tokens with the right `history` may post")      \
	PROBLEM(NOT_FOUND, 404, "not-found", "未找到", "not found")                               \
	PROBLEM(METHOD, 405, "method", "不支持此方法", "this path does not support this method")  \
	PROBLEM(REFUSED, 409, "refused", "操作被拒绝", "the action was refused")                  \
	PROBLEM(CONFLICT, 409, "conflict", "同一编号已用于其他内容",                              \
		"this id was used for something else")                                            \
	PROBLEM(TOO_BIG, 413, "too-big", "正文过大", "the body is larger than its limit")         \
	PROBLEM(MEDIA_TYPE, 415, "media-type", "不支持此内容类型",                                \
		"this content type is not supported")                                             \
	PROBLEM(INVALID, 422, "invalid", "字段不符合要求", "a member violates its schema")        \
	PROBLEM(UNKNOWN_TYPE, 422, "unknown-type", "未知事件类型", "unknown event type")          \
	PROBLEM(CLEARTEXT, 422, "pii-in-cleartext", "明文中含有个人信息",                         \
		"personal data in a member that is not sealed")                                   \
	PROBLEM(BUSY, 429, "busy", "请求过多，请稍后再试",                                        \
		"too many requests are waiting; try again later")                                 \
	PROBLEM(FAILED, 500, "failed", "内部错误", "the gateway failed")                          \
	PROBLEM(AWAY, 503, "broker-away", "消息系统暂不可用",                                     \
		"no broker answers; nothing was accepted, try again later")                       \
	PROBLEM(FULL, 503, "store-full", "磁盘已满，未受理，请稍后再试",                          \
		"the disk is too full to keep a key; nothing was accepted, try again later")      \
	PROBLEM(UNCERTAIN, 503, "uncertain", "尚未确认，可安全重试",                              \
		"not confirmed in time; it may still be recorded; retrying is safe")              \
	PROBLEM(GOING_LIVE, 503, "going-live", "系统正在上线",                                    \
		"the bus is going live; try again in a moment")                                   \
	PROBLEM(STARTING, 503, "starting", "服务正在启动",                                        \
		"this part is not ready yet; try again later")

enum problem_kind {
	PROBLEM_NONE,
#define PROBLEM(id, status, name, zh, en) PROBLEM_##id,
	PROBLEM_MAP(PROBLEM)
#undef PROBLEM
		PROBLEM_COUNT
};

/** Its HTTP status. @thread any, as all here */
int problem_status(enum problem_kind kind);

/** The name in its type URI, such as "pii-in-cleartext". */
const char *problem_name(enum problem_kind kind);

/**
 * Writes the members of a problem (type, title, title_zh, status, detail, field) into an object that is open.
 * @param where  field and reason; NULL or empty ones are left out
 */
void problem_members(struct buf *out, enum problem_kind kind, const struct problem *where);

/** Writes a problem as an object of its own. */
void problem_object(struct buf *out, enum problem_kind kind, const struct problem *where);

/** The kind for an error of the readers of events (MALFORMED, INVALID, UNKNOWN, TOO_BIG), of a full store, of an absent broker; FAILED for all others. */
enum problem_kind problem_of_err(enum err err);

#endif
