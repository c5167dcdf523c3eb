<?php
// PHP's SoapClient against the FAX.de face, as its users write it. Arguments: URL of the WSDL, its style, a PDF. Prints one JSON object.
[, $wsdl, $style, $pdf] = $argv;
$client = new SoapClient($wsdl, ['cache_wsdl' => WSDL_CACHE_NONE, 'exceptions' => true]);
$login = ['Account' => '1000', 'Password' => 'geheim'];
const SEND_JOB = ['Account', 'Password', 'JobType', 'Recipient', 'RecipientFile', 'SendText', 'SendFilename1', 'SendFile1',
    'SendFilename2', 'SendFile2', 'SendFilename3', 'SendFile3', 'SendeDateTime', 'Options'];

/** One call; always an array of out parts: rpc takes positions and gives a bare value for a lone out part, doclit takes and gives objects. */
function call(string $operation, array $parts): array
{
    global $client, $style;
    if ($style === 'doclit') return (array) $client->$operation($parts);
    $out = $client->__soapCall($operation, array_values($parts));
    return is_array($out) ? $out : ['return' => $out];
}

function sendJob(array $parts): array
{
    $all = array_fill_keys(SEND_JOB, null);
    return call('SendJob', array_merge($all, $parts));
}

function finished(array $login, $job): array
{
    for ($try = 0; $try < 600; $try++) {
        $status = call('JobStatus', $login + ['JobId' => (string) $job]);
        if ($status['return'] !== 6) break;
        usleep(100000);
    }
    return $status;
}

$fax = ['JobType' => 0, 'Recipient' => '+493023125001[Größe & Maß]', 'SendFilename1' => 'letter.pdf', 'SendFile1' => file_get_contents($pdf)];
$sent = sendJob($login + $fax);
$status = finished($login, $sent['JobId']);
$late = sendJob($login + ['JobType' => 0, 'Recipient' => '+493023125001', 'SendText' => 'Später', 'SendeDateTime' => gmdate('Y-m-d\TH:i:s\Z', time() + 330 * 86400)]);
$cancel = $login + ['JobId' => (string) $late['JobId']];
$wrong = sendJob(['Account' => '1000', 'Password' => 'falsch'] + $fax);
$sms = sendJob($login + ['JobType' => 1, 'Recipient' => '+491713920001', 'SendText' => str_repeat('€', 81)]);
$inbound = call('RequestReceived', $login);
$delete = $login + ['FaxId' => $inbound['FaxId']];
echo json_encode([
    'sent' => [$sent['return'], $sent['RecipientsCount'], $sent['PageCount']],
    'status' => [$status['return'], $status['SendResult'], $status['RemoteId']],
    'rows' => array_slice(explode("\r\n", trim($status['StatusFile'])), 1),
    'wrong' => [$wrong['return'], $wrong['JobId']],
    'parts' => $sms['PageCount'],
    'cancelled' => [call('CancelJob', $cancel)['return'], call('CancelJob', $cancel)['return']],
    'inbound' => [$inbound['return'], $inbound['Pages'], $inbound['Originator']],
    'image' => hash('sha256', $inbound['FaxImage']),
    'deleted' => [call('DeleteReceived', $delete)['return'], call('DeleteReceived', $delete)['return']],
]), "\n";
