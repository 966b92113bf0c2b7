-- wrk: posts signed notices, each once, from a file with a line for each: timestamp, nonce, key, signature and body,
-- parted by tabs. Arguments: path, file, number of threads. When a thread has no line left, it stops.
local thread_number = 0

function setup(thread)
   thread_number = thread_number + 1
   thread:set("number", thread_number)
end

function init(arguments)
   path, threads = arguments[1], tonumber(arguments[3])
   lines = io.lines(arguments[2])
   for _ = 2, number do lines() end
   left = true
end

function request()
   local line = left and lines()
   if not line then
      left = false
      return wrk.format("GET", "/livez")
   end
   for _ = 2, threads do if left and not lines() then left = false end end
   local timestamp, nonce, key, signature, body = string.match(line, "([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)")
   return wrk.format("POST", path, {
      ["Content-Type"] = "application/json",
      ["Wechatpay-Timestamp"] = timestamp,
      ["Wechatpay-Nonce"] = nonce,
      ["Wechatpay-Serial"] = key,
      ["Wechatpay-Signature"] = signature,
      ["Wechatpay-Signature-Type"] = "WECHATPAY2-SHA256-RSA2048",
   }, body)
end

function response()
   if not left then wrk.thread:stop() end
end
