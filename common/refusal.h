/*
 * The protocol's refusal codes (docs/protocol.md section 12), one table for names and texts. A
 * number is never reused.
 */
#ifndef CERTWIRE_COMMON_REFUSAL_H
#define CERTWIRE_COMMON_REFUSAL_H

#include <stddef.h>

/* X(name, code, English as in the protocol's table, Chinese) */
#define REFUSAL_TABLE(X) \
	X(TOKEN_MALFORMED, 101, "token malformed", "令牌格式有误") \
	X(TOKEN_SIGNATURE, 102, "token's signature is wrong", "令牌签名不正确") \
	X(TOKEN_DEVICE, 103, "no such device", "没有这台设备") \
	X(TOKEN_AUDIENCE, 104, "token is for another broker", "令牌是给另一台服务器的") \
	X(TOKEN_REUSED, 105, "token was used before", "令牌已经用过") \
	X(TOKEN_CLOCK, 106, "clock: token's times are off (lobby)", \
		"时钟偏差：令牌时间不符（仅可进入等候区）") \
	X(TOKEN_CLIENT, 107, "client id is not of this user name and token", \
		"客户端标识与用户名或令牌不符") \
	X(NOT_GOOD_STANDING, 108, "unit is not in good standing (lobby)", \
		"单位当前不具备接收资格（仅可进入等候区）") \
	X(STALE_ENTITLEMENT, 109, "the broker's copy of entitlements is too old", \
		"服务器的授权副本已过期") \
	X(DEVICE_REVOKED, 110, "device revoked, or outside its certificate's validity", \
		"设备已吊销或不在证书有效期内") \
	X(MQTT_SESSION, 111, "MQTT version below 5, will, or session expiry", \
		"MQTT 版本低于 5，或使用了遗嘱、会话保留") \
	X(TLS_MISSING, 112, "no TLS certificate, which this broker requires", \
		"未出示 TLS 证书，而本服务器要求出示") \
	X(TLS_CERTIFICATE, 113, "TLS certificate is not the one registered for the device", \
		"TLS 证书不是为该设备登记的证书") \
	X(TOKEN_BUDGET, 114, "too many wrong signatures from this address", \
		"来自该地址的错误签名过多") \
	X(SUBSCRIBE, 121, "topic may not be subscribed", "不得订阅该主题") \
	X(PUBLISH, 122, "topic may not be published", "不得向该主题发布") \
	X(DELIVERY, 123, "topic may not be read at delivery", "投递时已无权读取该主题") \
	X(CUT_SLOW, 124, "cut: does not read what is sent to it", "连接被切断：不读取发给它的数据") \
	X(CUT_RIGHT, 125, "cut: right lost", "连接被切断：资格已失去") \
	X(OFFER_MALFORMED, 201, "offer malformed", "投递通知格式有误") \
	X(ENTRY_MALFORMED, 202, "entry malformed", "条目格式有误") \
	X(ENTRY_SIGNATURE, 203, "entry's signature is not by a valid dispatcher", \
		"条目签名不是有效的分发密钥所签") \
	X(ENTRY_UNIT, 204, "entry is of another unit", "条目属于另一单位") \
	X(ENTRY_EPOCH, 205, "entry of an older epoch", "条目属于更早的纪元") \
	X(ENTRY_CHAIN, 206, "entry does not fit the chain", "条目与链不衔接") \
	X(ENTRY_CONFLICT, 207, "another entry is held under that number", "该编号下已有另一条目") \
	X(ENTRY_KEYSET, 208, "entry names a keyset not held", "条目所指的密钥集尚未持有") \
	X(GRANT, 210, "grant does not open, or is for another publication", \
		"授权密文打不开，或属于另一出版物") \
	X(APPROVALS, 211, "too few editors signed", "签发编辑人数不足") \
	X(EDITOR_SIGNATURE, 212, "an editor's signature is wrong", "编辑签名不正确") \
	X(EDITOR_KEY, 213, "an editor's key was not valid at the time of issue, or is no editor's", \
		"签名密钥在签发时无效，或不是编辑密钥") \
	X(PART_MALFORMED, 301, "part malformed", "分片格式有误") \
	X(PART_SEALED, 302, "part does not open", "分片打不开") \
	X(BODY_DIGEST, 303, "body is not the entry's", "正文与条目不符") \
	X(BODY_END, 304, "stream ends too early or too late", "数据流过早或过晚结束") \
	X(MANIFEST_MALFORMED, 305, "manifest malformed", "清单格式有误") \
	X(MANIFEST_DIGEST, 306, "manifest is not the entry's", "清单与条目不符") \
	X(MANIFEST_ENTRY, 307, "manifest and entry disagree", "清单与条目内容矛盾") \
	X(FILE_NAME, 308, "file name not allowed", "文件名不允许") \
	X(FILE_CONTENT, 309, "file's size or digest is wrong", "文件大小或摘要不符") \
	X(LIMIT, 310, "a limit is exceeded, or a kind this client does not know", \
		"超出限制，或本客户端不认识的类型") \
	X(EXPIRED, 311, "expired before it arrived", "到达之前已过期") \
	X(PADDING, 312, "padding is not zero", "填充不为零") \
	X(DISK_FULL, 401, "no room on the disk", "磁盘空间不足") \
	X(DISK_WRITE, 402, "could not be written", "无法写入") \
	X(HEAD_MALFORMED, 501, "head malformed", "首部信息格式有误") \
	X(HEAD_SIGNATURE, 502, "head's signature is not by a valid dispatcher", \
		"首部信息签名不是有效的分发密钥所签") \
	X(HEAD_UNIT, 503, "head of an older epoch, or of another unit", \
		"首部信息属于更早的纪元或另一单位") \
	X(HEAD_ECHO, 504, "head echoes no sync of this connection", \
		"首部信息未回应本次连接的同步请求") \
	X(HEAD_CHECKPOINT, 505, "head's checkpoint contradicts one held: the audit was rewritten", \
		"首部信息的检查点与所持有的矛盾：审计日志被改写") \
	X(KEYSET_MALFORMED, 511, "keyset malformed", "密钥集格式有误") \
	X(KEYSET_SIGNATURE, 512, "keyset's signature is not by the root", "密钥集签名不是根密钥所签") \
	X(KEYSET_ORDER, 513, "keyset older than, or not following, the one held", \
		"密钥集比所持有的旧，或与之不衔接") \
	X(KEYSET_EXPIRED, 514, "keyset expired", "密钥集已过期") \
	X(DEVICE_MALFORMED, 521, "device certificate or request malformed", "设备证书或申请格式有误") \
	X(DEVICE_SIGNATURE, 522, "device certificate's or request's signature is wrong", \
		"设备证书或申请的签名不正确") \
	X(DEVICE_VALIDITY, 523, "device certificate is of another device, or outside its validity", \
		"设备证书属于另一设备，或不在有效期内") \
	X(RECEIPT_MALFORMED, 601, "receipt malformed", "回执格式有误") \
	X(RECEIPT_SIGNATURE, 602, "receipt's signature is wrong", "回执签名不正确") \
	X(RECEIPT_DEVICE, 603, "receipt's device unknown, or revoked before the commit", \
		"回执的设备不明，或在入库前已吊销") \
	X(RECEIPT_UNIT, 604, "receipt's unit is not the topic's", "回执的单位与主题不符") \
	X(RECEIPT_DELIVERY, 605, "no such delivery", "没有这项投递") \
	X(RECEIPT_OTHER, 606, "receipt names another manifest or number than the delivery", \
		"回执所指清单或编号与投递不符") \
	X(SYNC_MALFORMED, 611, "sync malformed", "同步请求格式有误") \
	X(SYNC_SIGNATURE, 612, "sync's signature is wrong", "同步请求签名不正确") \
	X(SYNC_DEVICE, 613, "sync's device unknown, revoked, or not of the topic's unit", \
		"同步请求的设备不明、已吊销或不属于该主题的单位") \
	X(SYNC_BEYOND, 614, "sync of a device that holds more than the ledger has signed", \
		"设备持有的条目超出台账已签发的范围") \
	X(REPLY_MALFORMED, 621, "reply malformed", "答复格式有误") \
	X(REPLY_SIGNATURE, 622, "reply's signature is wrong", "答复签名不正确") \
	X(REPLY_DEVICE, 623, "reply's device unknown, or revoked before the commit", \
		"答复的设备不明，或在入库前已吊销") \
	X(REPLY_UNIT, 624, "reply's unit is not the topic's", "答复的单位与主题不符") \
	X(REPLY_SEAL, 625, "reply does not open", "答复无法解封") \
	X(REPLY_CONTENT, 626, "reply's content malformed", "答复内容格式有误") \
	X(REPLY_OTHER, 627, "reply was sealed by another device or under another number", \
		"答复内容属于另一设备或另一编号") \
	X(REPLY_DELIVERY, 628, "reply is to nothing that the unit was sent, or not to this manifest", \
		"答复所指文件未曾发给该单位，或清单不符") \
	X(STORY_MALFORMED, 701, "story malformed", "证明文件格式有误") \
	X(STORY_OTHER, 702, "story says other than what was signed", "证明文件与所签内容不符") \
	X(KEY_FILE, 901, "key file malformed, or its mode or owner wrong", \
		"密钥文件格式、权限或属主有误") \
	X(PASSPHRASE, 902, "passphrase wrong", "口令不正确")

#define REFUSAL_ENUM(name, code, english, chinese) REFUSAL_##name = (code),
enum refusal { REFUSAL_TABLE(REFUSAL_ENUM) };
#undef REFUSAL_ENUM

/* Borrowed, for ever. NULL when there is no such code. */
const char *refusal_text(int code);
const char *refusal_text_zh(int code);

/* The nth code in ascending order from 0, 0 past the end: for going through all of them. */
int refusal_nth(size_t nth);

#endif
