-- A broker verifies a bounded number of wrong signatures of an address.

SET LOCAL ROLE certwire_owner;

INSERT INTO certwire.refusal (code, english, chinese) VALUES
	(114, 'too many wrong signatures from this address', '来自该地址的错误签名过多');
