-- 双公示 行政许可 前置库（MySQL 5.7）
DROP TABLE IF EXISTS `t_xzxk_log`;
CREATE TABLE `t_xzxk_log` (`id` bigint NOT NULL AUTO_INCREMENT, `msg` varchar(500) DEFAULT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE `t_xzxk` (
  `ROWGUID` varchar(36) NOT NULL COMMENT '主键',
  `XK_XDR_MC` varchar(200) NOT NULL COMMENT '行政相对人名称',
  `XK_XDR_LB` varchar(16) DEFAULT NULL COMMENT '行政相对人类别：法人及非法人组织、自然人、个体工商户',
  `XK_XDR_SHXYM` varchar(18) DEFAULT NULL COMMENT '统一社会信用代码',
  `XK_FRDB` varchar(50) DEFAULT NULL COMMENT '法定代表人',
  `XK_XKWS` varchar(64) DEFAULT NULL COMMENT '行政许可决定文书名称',
  `XK_WSH` varchar(64) DEFAULT NULL COMMENT '行政许可决定文书号',
  `XK_XKLB` varchar(256) DEFAULT NULL COMMENT '许可类别',
  `XK_XKZS` varchar(64) DEFAULT NULL COMMENT '许可证书名称',
  `XK_XKBH` varchar(64) DEFAULT NULL COMMENT '许可编号',
  `XK_NR` text COMMENT '许可内容',
  `XK_JDRQ` date DEFAULT NULL COMMENT '许可决定日期',
  `XK_YXQZ` date DEFAULT NULL COMMENT '有效期自',
  `XK_YXQZI` date DEFAULT NULL COMMENT '有效期至，2099/12/31 为长期',
  `XK_XKJG` varchar(200) DEFAULT NULL COMMENT '许可机关',
  `XK_XKJGDM` varchar(18) DEFAULT NULL COMMENT '许可机关统一社会信用代码',
  `XK_ZT` varchar(1) DEFAULT '1' COMMENT '当前状态：1=有效，2=无效',
  `BZ` varchar(512) DEFAULT NULL COMMENT '备注',
  `IS_SYNC` char(1) DEFAULT '0' COMMENT '同步标志：0未读 1已读',
  `GXSJ` datetime NOT NULL COMMENT '更新时间',
  PRIMARY KEY (`ROWGUID`), KEY `idx_gxsj` (`GXSJ`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COMMENT='行政许可双公示信息表';
