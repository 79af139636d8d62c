-- What brokers refused on the last day, in words.

SET LOCAL ROLE certwire_owner;

CREATE TABLE certwire.refusal (
	code int PRIMARY KEY CHECK (code BETWEEN 100 AND 999),
	english certwire.prose NOT NULL,
	chinese certwire.prose NOT NULL
);
COMMENT ON TABLE certwire.refusal IS 'What each refusal code means (docs/protocol.md section 12). 拒绝代码释义。';
COMMENT ON COLUMN certwire.refusal.code IS 'The code. 代码。';
COMMENT ON COLUMN certwire.refusal.english IS 'In English. 英文释义。';
COMMENT ON COLUMN certwire.refusal.chinese IS 'In Chinese. 中文释义。';
INSERT INTO certwire.refusal (code, english, chinese) VALUES
	(101, 'token malformed', '令牌格式有误'),
	(102, 'token''s signature is wrong', '令牌签名不正确'),
	(103, 'no such device', '没有这台设备'),
	(104, 'token is for another broker', '令牌是给另一台服务器的'),
	(105, 'token was used before', '令牌已经用过'),
	(106, 'clock: token''s times are off (lobby)', '时钟偏差：令牌时间不符（仅可进入等候区）'),
	(107, 'client id is not of this user name and token', '客户端标识与用户名或令牌不符'),
	(108, 'unit is not in good standing (lobby)', '单位当前不具备接收资格（仅可进入等候区）'),
	(109, 'the broker''s copy of entitlements is too old', '服务器的授权副本已过期'),
	(110, 'device revoked, or outside its certificate''s validity', '设备已吊销或不在证书有效期内'),
	(111, 'MQTT version below 5, will, or session expiry', 'MQTT 版本低于 5，或使用了遗嘱、会话保留'),
	(112, 'no TLS certificate, which this broker requires', '未出示 TLS 证书，而本服务器要求出示'),
	(113, 'TLS certificate is not the one registered for the device', 'TLS 证书不是为该设备登记的证书'),
	(121, 'topic may not be subscribed', '不得订阅该主题'),
	(122, 'topic may not be published', '不得向该主题发布'),
	(123, 'topic may not be read at delivery', '投递时已无权读取该主题'),
	(124, 'cut: does not read what is sent to it', '连接被切断：不读取发给它的数据'),
	(125, 'cut: right lost', '连接被切断：资格已失去'),
	(201, 'offer malformed', '投递通知格式有误'),
	(202, 'entry malformed', '条目格式有误'),
	(203, 'entry''s signature is not by a valid dispatcher', '条目签名不是有效的分发密钥所签'),
	(204, 'entry is of another unit', '条目属于另一单位'),
	(205, 'entry of an older epoch', '条目属于更早的纪元'),
	(206, 'entry does not fit the chain', '条目与链不衔接'),
	(207, 'another entry is held under that number', '该编号下已有另一条目'),
	(208, 'entry names a keyset not held', '条目所指的密钥集尚未持有'),
	(210, 'grant does not open, or is for another publication', '授权密文打不开，或属于另一出版物'),
	(211, 'too few editors signed', '签发编辑人数不足'),
	(212, 'an editor''s signature is wrong', '编辑签名不正确'),
	(213, 'an editor''s key was not valid at the time of issue, or is no editor''s', '签名密钥在签发时无效，或不是编辑密钥'),
	(301, 'part malformed', '分片格式有误'),
	(302, 'part does not open', '分片打不开'),
	(303, 'body is not the entry''s', '正文与条目不符'),
	(304, 'stream ends too early or too late', '数据流过早或过晚结束'),
	(305, 'manifest malformed', '清单格式有误'),
	(306, 'manifest is not the entry''s', '清单与条目不符'),
	(307, 'manifest and entry disagree', '清单与条目内容矛盾'),
	(308, 'file name not allowed', '文件名不允许'),
	(309, 'file''s size or digest is wrong', '文件大小或摘要不符'),
	(310, 'a limit is exceeded, or a kind this client does not know', '超出限制，或本客户端不认识的类型'),
	(311, 'expired before it arrived', '到达之前已过期'),
	(312, 'padding is not zero', '填充不为零'),
	(401, 'no room on the disk', '磁盘空间不足'),
	(402, 'could not be written', '无法写入'),
	(501, 'head malformed', '首部信息格式有误'),
	(502, 'head''s signature is not by a valid dispatcher', '首部信息签名不是有效的分发密钥所签'),
	(503, 'head of an older epoch, or of another unit', '首部信息属于更早的纪元或另一单位'),
	(504, 'head echoes no sync of this connection', '首部信息未回应本次连接的同步请求'),
	(505, 'head''s checkpoint contradicts one held: the audit was rewritten', '首部信息的检查点与所持有的矛盾：审计日志被改写'),
	(511, 'keyset malformed', '密钥集格式有误'),
	(512, 'keyset''s signature is not by the root', '密钥集签名不是根密钥所签'),
	(513, 'keyset older than, or not following, the one held', '密钥集比所持有的旧，或与之不衔接'),
	(514, 'keyset expired', '密钥集已过期'),
	(521, 'device certificate or request malformed', '设备证书或申请格式有误'),
	(522, 'device certificate''s or request''s signature is wrong', '设备证书或申请的签名不正确'),
	(523, 'device certificate is of another device, or outside its validity', '设备证书属于另一设备，或不在有效期内'),
	(601, 'receipt malformed', '回执格式有误'),
	(602, 'receipt''s signature is wrong', '回执签名不正确'),
	(603, 'receipt''s device unknown, or revoked before the commit', '回执的设备不明，或在入库前已吊销'),
	(604, 'receipt''s unit is not the topic''s', '回执的单位与主题不符'),
	(605, 'no such delivery', '没有这项投递'),
	(606, 'receipt names another manifest or number than the delivery', '回执所指清单或编号与投递不符'),
	(611, 'sync malformed', '同步请求格式有误'),
	(612, 'sync''s signature is wrong', '同步请求签名不正确'),
	(613, 'sync''s device unknown, revoked, or not of the topic''s unit', '同步请求的设备不明、已吊销或不属于该主题的单位'),
	(614, 'sync of a device that holds more than the ledger has signed', '设备持有的条目超出台账已签发的范围'),
	(701, 'story malformed', '证明文件格式有误'),
	(702, 'story says other than what was signed', '证明文件与所签内容不符'),
	(901, 'key file malformed, or its mode or owner wrong', '密钥文件格式、权限或属主有误'),
	(902, 'passphrase wrong', '口令不正确');

CREATE VIEW certwire.denials_today AS
SELECT min(d.at) AS first_at, max(d.at) AS last_at, d.broker, d.who, d.client_id, d.code, r.chinese::text AS meaning, d.topic,
	sum(d.count)::bigint AS count
FROM certwire.denial d
LEFT JOIN certwire.refusal r ON r.code = d.code
WHERE d.at > certwire.right_now() - interval '1 day'
GROUP BY d.broker, d.who, d.client_id, d.code, r.chinese, d.topic
ORDER BY last_at DESC, count DESC, d.broker, d.who, d.client_id, d.code, d.topic;
COMMENT ON VIEW certwire.denials_today IS 'What brokers refused in the last 24 hours, newest first. 最近一天的拒绝记录。';
COMMENT ON COLUMN certwire.denials_today.first_at IS 'When it was first recorded. 首次记录时间。';
COMMENT ON COLUMN certwire.denials_today.last_at IS 'When it was last recorded. 最近记录时间。';
COMMENT ON COLUMN certwire.denials_today.broker IS 'The broker. 代理名称。';
COMMENT ON COLUMN certwire.denials_today.who IS 'The unit; @ and an address: nobody that is known; *: many. 单位；@ 加地址为未知来源，* 为多个。';
COMMENT ON COLUMN certwire.denials_today.client_id IS 'Client id as it was given. 客户端标识（原样）。';
COMMENT ON COLUMN certwire.denials_today.code IS 'Refusal code. 拒绝代码。';
COMMENT ON COLUMN certwire.denials_today.meaning IS 'What the code means in Chinese. 代码含义。';
COMMENT ON COLUMN certwire.denials_today.topic IS 'The topic concerned, if one was. 主题。';
COMMENT ON COLUMN certwire.denials_today.count IS 'How often. 次数。';
