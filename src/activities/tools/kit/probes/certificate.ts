/** A certificate in the words of an output. */
import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate } from "node:tls";
import { z } from "zod";
import { shortened } from "../finding.js";
import { isoText } from "../instant.js";

const DAY_MS = 86_400_000;
const NAME_MAX_CHARS = 300;

export const certificateSchema = z.strictObject({
  subject: z.string(),
  issuer: z.string(),
  /** DNS names and addresses it is for. */
  names: z.array(z.string()),
  names_left_out: z.int(),
  valid_from: z.string(),
  valid_to: z.string(),
  /** Whole days until it ends; negative where it has. */
  days_left: z.int(),
  /** `RSA 2048`, `EC prime256v1`, or null where it is not known. */
  key: z.string().nullable(),
  serial: z.string(),
  self_signed: z.boolean(),
});
export type Certificate = z.infer<typeof certificateSchema>;

export function certificateOf(certificate: DetailedPeerCertificate, nowMs: number, namesMax: number): Certificate {
  const names = namesOf(certificate.subjectaltname ?? "");
  const endsMs = Date.parse(certificate.valid_to);
  return {
    subject: distinguished(certificate.subject),
    issuer: distinguished(certificate.issuer),
    names: names.slice(0, namesMax).map((name) => shortened(name, NAME_MAX_CHARS)),
    names_left_out: Math.max(0, names.length - namesMax),
    valid_from: isoText(Date.parse(certificate.valid_from)),
    valid_to: isoText(endsMs),
    days_left: Math.floor((endsMs - nowMs) / DAY_MS),
    key: keyOf(certificate),
    serial: certificate.serialNumber,
    self_signed: isSelfSigned(certificate),
  };
}

/** `CN=shop.example, O=Shop`: whoever made the certificate chose the text. */
function distinguished(parts: object | undefined): string {
  const pairs = Object.entries(parts ?? {}).flatMap(([key, value]) =>
    [value].flat().map((one) => `${key}=${String(one)}`),
  );
  return shortened(
    pairs
      .reverse()
      .join(", ")
      .replace(/[\x00-\x1f\x7f]+/g, " "),
    NAME_MAX_CHARS,
  );
}

/** `DNS:a.example, IP Address:127.0.0.1` as a list. Names in quotes hold what would be read as a separator. */
function namesOf(text: string): string[] {
  const parts = text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return parts.map((part) => part.trim().replace(/^(?:DNS|IP Address):/, "")).filter((part) => part !== "");
}

function keyOf(certificate: DetailedPeerCertificate): string | null {
  const { bits, asn1Curve, modulus } = certificate as { bits?: number; asn1Curve?: string; modulus?: string };
  if (asn1Curve !== undefined) return `EC ${asn1Curve}`;
  return modulus === undefined || bits === undefined ? null : `RSA ${bits}`;
}

/** Signed with its own key. */
function isSelfSigned(certificate: DetailedPeerCertificate): boolean {
  const parsed = new X509Certificate(certificate.raw);
  return parsed.checkIssued(parsed) && parsed.verify(parsed.publicKey);
}
