/** Secrets in headers, commands, configuration and sentences, as vendors' documents show them; and what is none. */
import { describe, expect, test } from "vitest";
import { redact, redactValue } from "../../../src/core/redact.js";

const S = "k7Qz2LmB9vKc4T";
const LONG = `${S}${S}x`;
const UUID = "b4a1c2d3-5e6f-47a8-9b0c-1d2e3f4a5b6c";
const HEX32 = "9f86d081884c7d659a2feaa0c55ad015";

describe("goes, and nothing of it is left", () => {
  test.each<[string, string]>([
    // Kinds of quoted text
    [`password = b'${S}'`, S],
    [`{u'password': u'${S}'}`, S],
    [`var password = @"${S}";`, S],
    [`CREATE LOGIN app WITH PASSWORD = N'${S}'`, S],
    [`password = '''${S}'''`, S],
    [`$password = ConvertTo-SecureString "${S}" -AsPlainText -Force`, S],
    [`password%3D${S}%26x`, S],
    [`{"url":"https:\\/\\/app:${S}@db.example\\/shop"}`, S],
    [JSON.stringify(`{"url":"https:\\/\\/app:${S}@db.example"}`), S],
    // Headers
    [`x-functions-key: ${LONG}`, LONG],
    [`X-Insert-Key: ${LONG}`, LONG],
    [`signoz-ingestion-key: ${LONG}`, LONG],
    [`x-honeycomb-team: ${LONG}`, LONG],
    // Directives
    [`SQLConnectInfo proftpd@localhost proftpd ${S}`, S],
    [`  SQLConnectInfo\tshop@10.0.0.7:3306 app "${S}" PERCONNECTION`, S],
    [`sqlconnectinfo db user ${S}`, S],
    // Commands
    [`rabbitmqctl add_user app ${S}`, S],
    [`rabbitmqctl -n r@h change_password app ${S}`, S],
    [`htpasswd -b /etc/x bob ${S}`, S],
    [`htpasswd -nbB bob ${S}`, S],
    [`lftp -u bob,${S} ftp.x`, S],
    [`net user bob ${S} /add`, S],
    [`mongosh db -u app -p ${S}`, S],
    [`mongodump -u x -p=${S}`, S],
    [`cqlsh -u x -p ${S} host`, S],
    [`sqlcmd -S db -U sa -P ${S} -Q x`, S],
    [`mosquitto_pub -p 1883 -u x -P ${S}`, S],
    [`ipmitool -H x -U admin -P ${S} power status`, S],
    [`zip -P ${S} a.zip b`, S],
    [`7z x -p${S} a.7z`, S],
    [`snmpwalk -v2c -c ${S} host`, S],
    [`snmpget -v3 -u x -A ${S} host`, S],
    [`sqlplus app/${S}@db`, S],
    [`keytool -list -storepass ${S}`, S],
    [`echo "bob:${S}" | chpasswd`, S],
    [`echo ${S} | sudo -S ls`, S],
    [`vault login ${LONG}`, LONG],
    [`ngrok authtoken ${LONG}`, LONG],
    [`gh secret set X --body "${S}"`, S],
    [`aws configure set aws_secret_access_key ${LONG}`, LONG],
    [`npm config set //registry.npmjs.org/:_authToken ${S}`, S],
    [`setx DB_PASSWORD ${S}`, S],
    // Configuration without a sign between name and value
    [`proxy_set_header X-Api-Token ${S};`, S],
    [`user bob insecure-password ${S}`, S],
    [`stats auth admin:${S}`, S],
    [`radius-server key ${S}`, S],
    [`username bob password 7 A5F532E474D6D7F7`, "A5F532E474D6D7F7"],
    [`encrypt = "q7Xz2LmB9vKc4TyW8nRf5HsJ3dGp6AeU1oQiZxNbAbc="`, "q7Xz2LmB9vKc4TyW8nRf5HsJ3dGp6AeU1oQiZxNbAbc="],
    [`: PSK "${S}"`, S],
    [`[smtp.x]:587 bob:${S}`, S],
    [`ACL SETUSER app on >${S} ~* +@all`, S],
    [`{:password "${S}"}`, S],
    [`{password, "${S}"}`, S],
    [`Unseal Key 1: ${LONG}`, LONG],
    [`psk="${S}"`, S],
    [`user=admin pass=${S}`, S],
    // Statements and hashes
    [`ALTER USER x IDENTIFIED WITH caching_sha2_password BY '${S}'`, S],
    [
      "SCRAM-SHA-256$4096:vBULaYKxCw2jVJx6CrRxjX==$moL8uX0HozKC3kXijCBp7K2K=:EMXiNlViF4QnUBtcjCAA=",
      "EMXiNlViF4QnUBtcjCAA",
    ],
    [`admin = -pbkdf2-${HEX32}01234567,${HEX32},10`, `${HEX32},10`],
    ["pbkdf2_sha256$600000$saltsalt12$moL8uX0HozKC3kXijCBp7K2KnTWwvO=", "moL8uX0HozKC3kXijCBp7K2KnTWwvO"],
    ["{SSHA}moL8uX0HozKC3kXijCBp7K2KnTWwvO", "moL8uX0HozKC3kXijCBp7K2KnTWwvO"],
    // Hooks
    [`https://alert.victorops.com/integrations/generic/20131114/alert/${UUID}/team`, UUID],
    [`https://hc-ping.com/${UUID}`, UUID],
    [`https://mm.example.com/hooks/9qdnyw1dsclu68pan764g56u3x`, "9qdnyw1dsclu68pan764g56u3x"],
    [`https://maker.ifttt.com/trigger/x/with/key/${LONG}`, LONG],
    // Sentences and other languages
    [`password was changed to "${S}"`, S],
    [`logged in with credentials admin/${S}`, S],
    [`Das Passwort lautet ${S}`, S],
    [`mot de passe : ${S}`, S],
    [`contraseña: ${S}`, S],
    [`senha=${S}`, S],
    [`пароль: ${S}`, S],
    [`密码：${S}`, S],
    [`パスワード: ${S}`, S],
  ])("%s", (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain("[redacted:");
  });

  test("keys of JSON in other languages", () => {
    expect(JSON.stringify(redactValue({ passwort: S, contraseña: S, 密码: S }))).not.toContain(S);
  });
});

test.each([
  "mongosh --port 27017 -u app -p",
  "mosquitto_sub -p 1883 -t x",
  "snmpwalk failed: timeout",
  "echo done | sudo tee /etc/x",
  "password 123",
  "secret checkout-tls-7f9c4 mounted",
  "token bucket refill 100",
  "the password policy changed to strict",
  "GET https://shop.example.com/webhooks/stripe-events 200",
  "https://example.com/integrations/generic/list",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Surrogate-Key: product_12345678901234567890",
  "cache-key: 4bf92f3577b34da6a3ce929d0e0e4736",
  "tests: pass=12 fail=0",
  "pass: 3 rounds",
  "redirect >out.log",
  "user bob logged in > ok",
])("stays: %s", (text) => {
  expect(redact(text)).toBe(text);
});
